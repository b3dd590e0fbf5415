package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    private static final String HEX = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "debian, docker.io/library/debian",
        "debian:13, docker.io/library/debian:13",
        "team/app, docker.io/team/app",
        "docker.io/debian, docker.io/library/debian",
        "index.docker.io/team/app:1, docker.io/team/app:1",
        "localhost/app, localhost/app",
        "localhost:5000/app:x, localhost:5000/app:x",
        "registry:5000/a/b/c, registry:5000/a/b/c",
        "Registry.Example.COM/app, registry.example.com/app",
        "[::1]:5000/app:1, [::1]:5000/app:1",
        "[fe80::1]/app, [fe80::1]/app",
        "127.0.0.1:5000/app, 127.0.0.1:5000/app",
        "a/b__c/d-e---f.g_h:T_1.2-3, docker.io/a/b__c/d-e---f.g_h:T_1.2-3"
    })
    void fillsInWhatShortNamesLeaveOut(String text, String full) {
        ImageReference reference = ImageReference.parse(text);
        assertThat(reference).hasToString(full);
        assertThat(ImageReference.parse(full)).isEqualTo(reference);
    }

    @Test
    void keepsTagAndDigest() {
        ImageReference reference = ImageReference.parse("app:1@sha256:" + HEX);
        assertThat(reference.tag()).contains("1");
        assertThat(reference.manifestName()).isEqualTo("sha256:" + HEX);
        assertThat(reference.at(reference.digest().orElseThrow()).tag()).isEmpty();
        assertThat(ImageReference.parse("app").manifestName()).isEqualTo("latest");
    }

    @ParameterizedTest
    @CsvSource({
        "App, has upper-case letters",
        "Team/app, has upper-case letters",
        "registry/App:1, has upper-case letters",
        "a//b, is not a repository",
        "-a, is not a repository",
        "a:, is not a tag",
        "a:-x, is not a tag",
        "a@sha256:12, is not a digest",
        "host.example:99999/a, there is no port 99999",
        "host..example/a, is not a host",
        "host.example/, names no repository",
        "https://host/a, is not a host",
        "a___b, is not a repository"
    })
    void saysWhatIsWrong(String text, String why) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" is not an image reference: ")
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\n", "é"})
    void refusesWhatIsNoName(String text) {
        assertThatThrownBy(() -> ImageReference.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 300)
    void readsItsOwnFullForm(@ForAll("references") String text) {
        ImageReference reference = ImageReference.parse(text);
        assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
        assertThat(reference.toString()).endsWith(text.substring(text.lastIndexOf('/') + 1));
    }

    @Property(tries = 500)
    void readsOrRefusesAnythingInWords(@ForAll String text) {
        try {
            ImageReference reference = ImageReference.parse(text);
            assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("is not an image reference: ");
        }
    }

    @Provide
    Arbitrary<String> references() {
        Arbitrary<String> host = Arbitraries.of("", "docker.io/", "a.example/", "localhost:5000/", "[::1]:80/", "h:1/");
        Arbitrary<String> component = Combinators.combine(
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .ofMinLength(1)
                                .ofMaxLength(5),
                        Arbitraries.of("", ".", "_", "__", "-", "---"),
                        Arbitraries.strings()
                                .withCharRange('0', '9')
                                .ofMinLength(1)
                                .ofMaxLength(3))
                .as((letters, separator, digits) -> letters + separator + digits);
        Arbitrary<String> path = component.list().ofMinSize(1).ofMaxSize(4).map(parts -> String.join("/", parts));
        Arbitrary<String> tag = Arbitraries.of("", ":1", ":latest", ":V1.2_3-x");
        Arbitrary<String> digest = Arbitraries.of("", "@sha256:" + HEX);
        return Combinators.combine(host, path, tag, digest).as((h, p, t, d) -> h + p + t + d);
    }
}
