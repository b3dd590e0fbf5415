package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.tool.DockerEngine;
import dev.slipway.fixture.tool.Skopeo;
import dev.slipway.image.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Images saved as archives and layouts: pushed later, loaded by others, and what is no such thing. */
class SavedImagesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @AutoClose
    private final CommandLine command = new CommandLine()
            .file("Dockerfile", "FROM scratch\nCOPY hello /hello\nCOPY hello /again\nCMD [\"/hello\"]\n")
            .file("hello", "hi");

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @Test
    void aFailedPushIsRepeatedFromWhatWasSaved() throws IOException {
        registry.refuseOnce("PUT .*/manifests/.*", 403, Map.of());
        CommandLine.Ended failed = command.build(
                "--destination=" + registry.reference("app:1"),
                "--insecure",
                "--tar-path=" + command.path("image.tar"),
                "--oci-layout-path=" + command.path("layout"));
        assertThat(failed.exitCode()).as("%s", failed).isEqualTo(69);
        String digest = JSON.readTree(command.text("layout/index.json"))
                .at("/manifests/0/digest")
                .asText();
        for (String saved : new String[] {"layout", "image.tar"}) {
            command.succeeds(
                    "push",
                    command.path(saved).toString(),
                    "-d",
                    registry.reference("from-" + saved + ":1"),
                    "--insecure",
                    "--digest-file=" + command.path("digest"));
            assertThat(access.manifest("from-" + saved, "1").digest()).isEqualTo(digest);
            assertThat(command.text("digest")).isEqualTo(digest);
        }
    }

    @Test
    void pushesWhatOtherToolsSaved() {
        command.builds("--no-push", "--destination=a.example/b:1", "--tar-path=" + command.path("image.tar"));
        Skopeo.run(
                        "copy",
                        "docker-archive:" + command.path("image.tar"),
                        "docker-archive:" + command.path("saved.tar") + ":x.example/y:1")
                .orThrow();
        command.succeeds("push", command.path("saved.tar").toString(), "-d", registry.reference("app:1"), "--insecure");
        Skopeo.pull(registry.reference("app:1"), command.path("pulled"));
    }

    @Test
    void refusesToPushWhatIsNoImage() {
        CommandLine.Ended ended =
                command.run("push", command.path("context").toString(), "-d", registry.reference("app:1"));
        assertThat(ended.exitCode()).isEqualTo(66);
        assertThat(ended.lastLine()).contains("neither an OCI layout", "--tar-path");
        assertThat(command.run("push", "-d", "a.example/b").lastLine()).contains("the image's path is missing");
        CommandLine.Ended broken =
                command.run("push", command.path("context/hello").toString(), "-d", registry.reference("app:1"));
        assertThat(broken.exitCode()).isEqualTo(66);
        assertThat(broken.lastLine()).contains("is no tar that can be read");
        Path archive = command.path("context/odd.tar");
        TarBuilder.write(archive, tar -> tar.file("manifest.json", 0644, "[no JSON"));
        CommandLine.Ended odd = command.run("push", archive.toString(), "-d", registry.reference("app:1"));
        assertThat(odd.exitCode()).isEqualTo(66);
        assertThat(odd.lastLine()).contains("the manifest.json of \"" + archive + "\" is not JSON");
    }

    @Test
    void dockerAndPodmanLoadArchivesOfAnImageAndOfAnIndex() {
        command.builds(
                "--no-push",
                "--destination=a.example/team/app:7",
                "--destination=a.example/team/app:8",
                "--tar-path=" + command.path("image.tar"));
        String archive = command.path("image.tar").toString();
        command.builds(
                "--no-push",
                "--destination=a.example/team/index:1",
                "--platform=linux/amd64,linux/arm64,linux/arm/v7",
                "--tar-path=" + command.path("index.tar"));
        String index = command.path("index.tar").toString();
        try (DockerEngine engine = DockerEngine.start()) {
            engine.docker("load", "--input", index).runSuccessfully();
            assertThat(inspected(engine.docker(), "{{.Architecture}}", "a.example/team/index:1"))
                    .as("of an index this machine's image is seen")
                    .contains(thisMachine());
            assertThat(engine.docker("load", "--input", archive)
                            .runSuccessfully()
                            .out())
                    .contains("a.example/team/app:7", "a.example/team/app:8");
            assertThat(inspected(engine.docker(), "{{.Config.Cmd}}", "a.example/team/app:8"))
                    .contains("[/hello]");
        }
        assertThat(podman().with("load", "--input", archive).runSuccessfully().out())
                .contains("a.example/team/app:7", "a.example/team/app:8");
        podman().with("load", "--input", index).runSuccessfully();
        assertThat(inspected(podman(), "{{.Architecture}}", "a.example/team/index:1"))
                .contains(thisMachine());
        assertThat(Skopeo.inspect("docker-archive:" + index)).contains("\"Architecture\": \"" + thisMachine() + "\"");
    }

    private static String inspected(Program tool, String format, String image) {
        return tool.with("image", "inspect", "--format", format, image)
                .runSuccessfully()
                .out();
    }

    private Program podman() {
        return Program.of(Program.require("podman", "podman"))
                .with("--root", command.path("podman").toString(), "--storage-driver=vfs")
                .with("--runroot", command.path("podman-run").toString());
    }

    private static String thisMachine() {
        return Platform.host().architecture();
    }

    /** The files of an archive of {@code docker save}, and its manifest.json, which is changed. */
    private Path archive(String name, String from, String to) throws IOException {
        Path files = Files.createDirectories(command.path("files"));
        command.builds("--no-push", "--destination=a.example/b:1", "--oci-layout-path=" + command.path("saved"));
        Skopeo.run(
                        "copy",
                        "--quiet",
                        "oci:" + command.path("saved"),
                        "docker-archive:" + command.path("whole.tar") + ":a/b:1")
                .orThrow();
        Program.of("tar", "-xf", command.path("whole.tar").toString(), "-C", files.toString())
                .runSuccessfully();
        String manifest = Files.readString(files.resolve("manifest.json"));
        String changed = manifest.replaceFirst(from, to);
        assertThat(changed).isNotEqualTo(manifest);
        Files.writeString(files.resolve("manifest.json"), changed);
        Path archive = command.path(name);
        Program.of("tar", "-cf", archive.toString(), "-C", files.toString(), ".")
                .runSuccessfully();
        return archive;
    }

    private String refused(Path archive) {
        CommandLine.Ended ended =
                command.run("push", archive.toString(), "-d", registry.reference("app:1"), "--insecure");
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(66);
        assertThat(registry.requests()).isEmpty();
        return ended.lastLine();
    }

    @Test
    void anArchiveThatLacksALayerOfItsImageIsNotPushed() throws IOException {
        assertThat(refused(archive("less.tar", ",\"[^\"]*\"\\]\\}\\]", "]}]")))
                .contains("has 1 layers where its config names 2");
    }

    @Test
    void anArchiveWithLayersInAnotherOrderIsNotPushed() throws IOException {
        assertThat(refused(archive("odd.tar", "\"Layers\":\\[(\"[^\"]*\"),(\"[^\"]*\")\\]", "\"Layers\":[$2,$1]")))
                .contains("layer 1 of", "the config names sha256:");
    }
}
