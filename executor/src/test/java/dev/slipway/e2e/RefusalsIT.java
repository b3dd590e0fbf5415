package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.image.LayerCompression;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input: the right exit code, a last line that names the cause, and nothing left on the machine. */
class RefusalsIT {

    private static final Workspace BASES = new Workspace();
    private static final DockerRegistry REGISTRY = DockerRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace().file("here", "x");

    @BeforeAll
    static void pushTheBase() {
        push(BaseImages.busybox(BASES.path("busybox")), "busybox");
    }

    @AfterAll
    static void stop() {
        REGISTRY.close();
        BASES.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "COPY gone /x | 66 | COPY | gone\" is not in the context | Dockerfile:2",
                "ADD gone.tar / | 66 | ADD | gone.tar\" is not in the context | Dockerfile:2",
                "COPY --from=127.0.0.1:1/none:1 a b | 69 | 127.0.0.1:1/none:1 | Dockerfile:2 | Dockerfile:2",
                "RUUN true | 65 | RUUN | RUN | Dockerfile:2",
                "COPY one | 65 | COPY | Dockerfile:2 | Dockerfile:2",
                "ENV | 65 | ENV | Dockerfile:2 | Dockerfile:2",
                "RUN --mount=type=bogus true | 65 | bogus | Dockerfile:2 | Dockerfile:2",
                "LABEL a=\"b | 65 | Dockerfile:2 | Dockerfile:2 | Dockerfile:2"
            })
    void whatTheDockerfileAsksWrongly(String line, int status, String first, String second, String third) {
        workspace.dockerfile("FROM scratch\n" + line + "\n");
        workspace.fails(status, workspace.build("--no-push"), first, second, third, "exit code " + status);
    }

    @Test
    void aDockerfileThatIsNotUtf8() throws IOException {
        Files.write(
                workspace.context().resolve("Dockerfile"),
                "FROM scratch\nLABEL name=\"J\u00fcrgen\"\n".getBytes(StandardCharsets.ISO_8859_1));
        workspace.fails(65, workspace.build("--no-push"), "UTF-8", "Dockerfile", "exit code 65");
    }

    @Test
    void aDockerfileThatIsNotThere() {
        workspace.fails(66, workspace.build("--no-push", "--dockerfile", "Dockerfil"), "Dockerfil", "exit code 66");
    }

    @Test
    void aStageThatIsNotThere() {
        workspace.dockerfile("FROM scratch AS build\nCOPY here /\n");
        workspace.fails(65, workspace.build("--no-push", "--target", "biuld"), "biuld", "build");
    }

    @ParameterizedTest
    @CsvSource({"--no-psuh, --no-push", "--destination=UPPER:x:y, UPPER:x:y", "--no-push=perhaps, perhaps"})
    void flagsThatCannotBe(String flag, String words) {
        workspace.dockerfile("FROM scratch\n");
        workspace.fails(64, workspace.build(flag), words, "exit code 64");
    }

    @Test
    void neitherDestinationNorNoPush() {
        workspace.dockerfile("FROM scratch\nCOPY here /\n");
        workspace.fails(64, workspace.build(), "--destination", "--no-push");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void aCommandsOwnStatusIsOurs(String isolation) {
        workspace.dockerfile("FROM %s\nRUN echo before; echo why >&2; exit 42\n".formatted(busybox()));
        Completed done = workspace.fails(42, run(isolation), "Dockerfile:2", "42");
        assertThat(done.out() + done.err()).contains("before", "why");
    }

    @Test
    void aRegistryThatIsNotThere() {
        workspace.dockerfile("FROM scratch\nCOPY here /\n");
        workspace.fails(
                69, workspace.build("--destination=127.0.0.1:1/app:1", "--insecure"), "127.0.0.1:1", "exit code 69");
        workspace.dockerfile("FROM 127.0.0.1:1/base:1\nRUN true\n");
        workspace.fails(69, workspace.build("--no-push"), "127.0.0.1:1/base:1", "Dockerfile:1", "exit code 69");
    }

    @Test
    void aBaseThatIsNotThere() {
        workspace.dockerfile("FROM %s\nCOPY here /\n".formatted(REGISTRY.reference("gone:1")));
        workspace.fails(69, workspace.build("--no-push"), REGISTRY.reference("gone:1"), "Dockerfile:1", "exit code 69");
    }

    @Test
    void aRegistryThatRefusesIsFoundBeforeTheBuild() {
        try (DockerRegistry locked = DockerRegistry.with().withPassword().start()) {
            workspace.dockerfile("FROM scratch\nCOPY here /\n");
            new Credentials("shipwright", "wrong-password").writeDockerConfig(workspace.path("docker"), locked.host());
            Program build = workspace
                    .build("--destination=" + locked.reference("app:1"), "--insecure")
                    .withVariable("DOCKER_CONFIG", workspace.path("docker").toString());
            Completed done = workspace.fails(69, build, locked.host(), "401", "exit code 69");
            assertThat(done.err() + done.out()).doesNotContain("wrong-password", "COPY here");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void aTruncatedLayer(String isolation) throws IOException {
        Image image = imageWithRandomLayer("cut-" + isolation);
        String digest = image.layerDigests().getLast();
        try (RandomAccessFile blob =
                new RandomAccessFile(REGISTRY.blobFile(digest).toFile(), "rw")) {
            blob.setLength(blob.length() / 2);
        }
        workspace.dockerfile("FROM %s\nRUN true\n".formatted(REGISTRY.reference("cut-" + isolation + ":1")));
        workspace.fails(69, run(isolation), digest.substring(0, 19), "exit code 69");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void aLayerWithAWrongDigest(String isolation) throws IOException {
        Image image = imageWithRandomLayer("flipped-" + isolation);
        String digest = image.layerDigests().getLast();
        try (RandomAccessFile blob =
                new RandomAccessFile(REGISTRY.blobFile(digest).toFile(), "rw")) {
            // past the headers of the first entry, within its content: still a good tar, but not this one
            blob.seek(blob.length() / 2);
            int old = blob.read();
            blob.seek(blob.length() / 2);
            blob.write(old ^ 1);
        }
        workspace.dockerfile("FROM %s\nRUN true\n".formatted(REGISTRY.reference("flipped-" + isolation + ":1")));
        workspace.fails(69, run(isolation), digest.substring(0, 19), "exit code 69");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"FROM %s\nRUN true\n", "FROM scratch\nCOPY big /\n", "FROM %s\nRUN cat /dev/zero > /full\n"})
    void aFullDisk(String dockerfile) {
        push(imageWithRandomLayer("large"), "large");
        workspace.shell("head -c 12000000 /dev/urandom > context/big");
        boolean ownCommand = dockerfile.contains("/full");
        workspace.dockerfile(dockerfile.formatted(ownCommand ? busybox() : REGISTRY.reference("large:1")));
        Completed done = onASmallDisk(workspace.build("--isolation=overlay", "--no-push"))
                .run();
        assertThat(done.exitCode()).as("%s", done).isEqualTo(ownCommand ? 1 : 71);
        assertThat(done.lastErrorLine()).contains(ownCommand ? "Dockerfile:2" : "exit code 71");
        assertThat(done.err()).containsIgnoringCase("no space left").doesNotContain("\tat ");
        assertThat(done.out()).contains("left: 0 mounts: 0");
        workspace.assertNothingIsLeft();
    }

    @Test
    void aFullDiskUnderAContext() {
        workspace
                .dockerfile("FROM scratch\n")
                .shell("head -c 12000000 /dev/urandom > context/big; tar -c -C context . > a.tar");
        Program build = workspace.executor("--context", "tar://" + workspace.path("a.tar"), "--no-push");
        Completed done = onASmallDisk(build).run();
        assertThat(done.exitCode()).as("%s", done).isEqualTo(71);
        assertThat(done.lastErrorLine()).contains("a.tar", workspace.own().toString(), "bytes free", "exit code 71");
        assertThat(done.out()).contains("left: 0 mounts: 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--oci-layout-path", "--tar-path"})
    void aFullDiskUnderAnOutput(String flag) {
        workspace
                .dockerfile("FROM scratch\nCOPY big /\n")
                .shell("head -c 12000000 /dev/urandom > context/big; mkdir disk");
        Path output = workspace.path("disk/image");
        Completed done = onASmallDisk(workspace.path("disk"), workspace.build("--no-push", flag + "=" + output))
                .run();
        assertThat(done.exitCode()).as("%s", done).isEqualTo(71);
        assertThat(done.lastErrorLine())
                .contains(flag + " \"" + output, "can't be written: ", "No space left on device", "exit code 71");
        assertThat(done.out()).as("nothing looks like an image").doesNotContain("index.json", "image\n");
    }

    /** Gives the executor's own directory 8 MB, in a mount namespace of its own, and counts what the build leaves. */
    private Program onASmallDisk(Program build) {
        String script = """
                mkdir -p "$0" && mount -t tmpfs -o size=8m tmpfs "$0" || exit 99
                "$@"; status=$?
                echo "left: $(ls "$0/work/builds" | grep -cv lock) mounts: $(grep -c "$0/" /proc/self/mountinfo)"
                exit $status
                """;
        return inMounts(script, workspace.own(), build);
    }

    /** Gives a directory 8 MB, and lists what files are in it at the end. */
    private static Program onASmallDisk(Path disk, Program build) {
        String script = """
                mount -t tmpfs -o size=8m tmpfs "$0" || exit 99
                "$@"; status=$?
                cd "$0" && find . -type f
                exit $status
                """;
        return inMounts(script, disk, build);
    }

    private static Program inMounts(String script, Path disk, Program build) {
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script, disk.toString()));
        command.addAll(build.command());
        return Program.of(command);
    }

    private Program run(String isolation) {
        return workspace.build("--no-push", "--isolation", isolation, "--insecure-registry", REGISTRY.host());
    }

    private static String busybox() {
        return REGISTRY.reference("busybox:1");
    }

    private Image imageWithRandomLayer(String name) {
        byte[] noise = new byte[10_000_000];
        new Random(name.hashCode()).nextBytes(noise);
        Path layout = workspace.path("layout-" + name);
        Image image = ImageBuilder.oci()
                .layer(
                        LayerCompression.NONE,
                        tar -> tar.directory("bin", 0755)
                                .copy("bin/busybox", 0755, Path.of(Program.require("busybox", "busybox-static")))
                                .hardLink("bin/sh", "bin/busybox")
                                .hardLink("bin/true", "bin/busybox"))
                .layer(LayerCompression.NONE, tar -> tar.file("noise", 0644, noise))
                .writeTo(layout);
        push(image, name);
        return image;
    }

    private static void push(Image image, String name) {
        try (RegistryAccess access = RegistryAccess.to(REGISTRY)) {
            access.push(image, name, "1");
        }
    }
}
