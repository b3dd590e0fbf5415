package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code --build-context NAME=oci-layout://PATH}: a base that lies in a directory. */
class LayoutContextTest {
    @AutoClose
    private final CommandLine command = new CommandLine();

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    private Image base;

    @BeforeEach
    void writeTheLayout() {
        base = ImageBuilder.oci()
                .environment("FROM_BASE=1")
                .layer(tar -> tar.file("tool", 0755, "tool"))
                .writeTo(command.path("layouts"));
    }

    private String layout() {
        return base.layout().toString();
    }

    private CommandLine.Ended build(String context) {
        return command.build(
                "--build-context=base=oci-layout://" + context,
                "--destination=" + registry.reference("app:1"),
                "--insecure");
    }

    @Test
    void isBuiltUponAndItsLayersArePushed() {
        command.file("Dockerfile", "FROM base\nCOPY --from=base /tool /copy\n");
        CommandLine.Ended built = build(layout());
        assertThat(built.exitCode()).as("%s", built).isZero();
        JsonNode manifest = access.manifest("app", "1").json();
        assertThat(manifest.at("/layers/0/digest").asText())
                .isEqualTo(base.layerDigests().getFirst());
        assertThat(manifest.path("layers")).hasSize(2);
        assertThat(access.config("app", access.manifest("app", "1"))
                        .at("/config/Env")
                        .toString())
                .contains("FROM_BASE=1");
    }

    @Test
    void isChosenByTagAndByDigest() {
        Path layout = command.path("tagged");
        for (String tag : new String[] {"one", "two"}) {
            Image image =
                    ImageBuilder.oci().layer(tar -> tar.file(tag, 0644, tag)).writeTo(command.path("image-" + tag));
            Program.of(Program.require("skopeo", "skopeo"), "copy", "--quiet")
                    .with("oci:" + image.layout(), "oci:" + layout + ":" + tag)
                    .runSuccessfully();
        }
        command.file("Dockerfile", "FROM base AS b\nFROM scratch\nCOPY --from=b /two /\n");
        assertThat(build(layout + ":two").exitCode()).isZero();
        assertThat(build(layout + ":one").lastLine()).contains("\"/two\" is not in");
        CommandLine.Ended unnamed = build(layout.toString());
        assertThat(unnamed.exitCode()).isEqualTo(66);
        assertThat(unnamed.lastLine()).contains("no image \"latest\"", "[one, two]", "Dockerfile:1");
        command.file("Dockerfile", "FROM base\n");
        assertThat(build(layout() + "@" + base.digest()).exitCode()).isZero();
        assertThat(build(layout() + "@sha256:" + "0".repeat(64)).lastLine()).contains("has no image sha256:000");
    }

    @Test
    void aDocumentThatIsLongerThanItMayBeIsNotReadToItsEnd() throws IOException {
        command.file("Dockerfile", "FROM base\n");
        Path manifest = base.blob(base.digest());
        byte[] whole = Files.readAllBytes(manifest);
        Files.write(manifest, new byte[] {'\n'}, StandardOpenOption.APPEND);
        assertThat(build(layout()).lastLine()).contains(base.digest(), "is damaged");
        Files.write(manifest, whole);
        Path index = base.layout().resolve("index.json");
        Files.write(index, new byte[5 << 20], StandardOpenOption.APPEND);
        assertThat(build(layout()).lastLine()).contains("index.json", "more than any document");
    }

    @Test
    void whatIsNoLayoutOrABrokenOneIsSaidSo() {
        command.file("Dockerfile", "FROM base\n");
        CommandLine.Ended none = build(command.path("context").toString());
        assertThat(none.exitCode()).isEqualTo(66);
        assertThat(none.lastLine()).contains("is no OCI layout", "index.json");
        assertThat(build(layout() + "@sha256:1").exitCode()).isEqualTo(64);
        Path layer = base.blob(base.layerDigests().getFirst());
        Program.of("sh", "-c", "printf X | dd of=\"$0\" bs=1 seek=20 conv=notrunc 2>&1", layer.toString())
                .runSuccessfully();
        CommandLine.Ended damaged = build(layout());
        assertThat(damaged.exitCode()).as("%s", damaged).isNotZero();
        assertThat(access.findManifest("app", "1")).isEmpty();
        Program.of("rm", layer.toString()).runSuccessfully();
        assertThat(build(layout()).lastLine()).contains("is missing: was the layout written to the end?");
    }
}
