package dev.slipway.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {
    private static final Platform HOST = Platform.of("linux", "amd64");

    @ParameterizedTest
    @CsvSource({
        "linux/amd64, linux/amd64",
        "linux/x86_64, linux/amd64",
        "LINUX/AMD64, linux/amd64",
        "linux/amd64/v1, linux/amd64",
        "linux/amd64/v3, linux/amd64/v3",
        "arm64, linux/arm64",
        "aarch64, linux/arm64",
        "linux/arm64/v8, linux/arm64",
        "linux/arm, linux/arm/v7",
        "linux/arm/6, linux/arm/v6",
        "armhf, linux/arm/v7",
        "armel, linux/arm/v6",
        "i386, linux/386",
        "windows, windows/amd64",
        "macos/arm64, darwin/arm64",
        "linux, linux/amd64",
        "linux/riscv64, linux/riscv64",
        "s390x, linux/s390x"
    })
    void readsTheUsualSpellings(String text, String expected) {
        assertThat(Platform.parse(text, HOST)).hasToString(expected);
    }

    @Test
    void readsAWindowsBuild() {
        Platform windows = Platform.parse("windows(10.0.17763.5329)/amd64", HOST);
        assertThat(windows.osVersion()).contains("10.0.17763.5329");
        assertThat(windows.matches(
                        new Platform("windows", "amd64", Optional.empty(), Optional.of("10.0.17763.1"), List.of())))
                .isTrue();
        assertThat(windows.matches(
                        new Platform("windows", "amd64", Optional.empty(), Optional.of("10.0.20348.1"), List.of())))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "linux/", "/amd64", "linux/arm/v7/x", "lin ux/amd64", "pdp11", "linux/a$b"})
    void refusesWhatIsNoPlatform(String text) {
        assertThatThrownBy(() -> Platform.parse(text, HOST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" is not a platform: ")
                .hasMessageEndingWith("os/architecture[/variant], as linux/arm64 or linux/arm/v7");
    }

    @Test
    void knowsWhatElseAProcessorRuns() {
        assertThat(Platform.parse("linux/arm64", HOST).runnable())
                .extracting(Platform::toString)
                .containsExactly("linux/arm64", "linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5");
        assertThat(Platform.parse("linux/amd64/v3", HOST).runnable())
                .extracting(Platform::toString)
                .containsExactly("linux/amd64/v3", "linux/amd64/v2", "linux/amd64", "linux/386");
        assertThat(Platform.parse("linux/arm/v6", HOST).runnable())
                .extracting(Platform::toString)
                .containsExactly("linux/arm/v6", "linux/arm/v5");
    }

    @Test
    void selectsTheBestImageOfAnIndex() {
        Descriptor armV6 = entry("a", "linux/arm/v6");
        Descriptor armV7 = entry("b", "linux/arm/v7");
        Descriptor amd64 = entry("c", "linux/amd64");
        Descriptor attestation = Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[] {4})
                .withPlatform(Platform.of("unknown", "unknown"))
                .withAnnotations(Map.of("vnd.docker.reference.type", "attestation-manifest"));
        ImageIndex index = ImageIndex.create(MediaFamily.OCI, List.of(attestation, armV6, armV7, amd64), Map.of());
        assertThat(index.select(Platform.parse("linux/arm64", HOST))).contains(armV7);
        assertThat(index.select(Platform.parse("linux/arm/v6", HOST))).contains(armV6);
        assertThat(index.select(HOST)).contains(amd64);
        assertThat(index.select(Platform.parse("linux/arm/v5", HOST))).isEmpty();
        assertThat(index.platforms())
                .extracting(Platform::toString)
                .containsExactly("linux/arm/v6", "linux/arm/v7", "linux/amd64");
    }

    private static Descriptor entry(String content, String platform) {
        return Descriptor.of(MediaTypes.OCI_MANIFEST, content.getBytes(StandardCharsets.UTF_8))
                .withPlatform(Platform.parse(platform, HOST));
    }
}
