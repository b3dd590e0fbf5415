package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Layer;
import dev.slipway.fixture.image.LayerCompression;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.tool.Bundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users of other builders have lost, found changed, or waited for: owners, modes, links, capabilities, times. */
class FilesIT {

    /** cap_net_raw+ep, as setcap writes it. */
    private static final String CAPABILITY = "0100000200200000000000000000000000000000";

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void copyKeepsWhatIsThereAndSetsWhatIsNew(String isolation) {
        pushBusybox();
        workspace.file("f", "1").file("run.sh", "2").file("sub/g", "3").shell("""
                chown -R 1001:1002 context; chmod 755 context/run.sh; chmod 600 context/f; chmod 700 context/sub
                ln -s f context/link; ln -s /etc/passwd context/absolute; ln context/f context/hard
                """);
        PulledImage image = build(isolation, """
                FROM busybox AS made
                RUN mkdir -p /from/deep /from/proc /from/sys /from/dev /from/link-target \\
                 && echo s > /from/setuid && chown 1234:1234 /from/setuid && chmod 4755 /from/setuid \\
                 && mkdir /from/sticky && chmod 1777 /from/sticky && echo w > /from/writable && chmod 666 /from/writable \\
                 && ln -s /from/setuid /from/absolute && ln -s deep /from/relative && ln -s nowhere /from/dangling \\
                 && echo p > /from/proc/file && echo s > /from/sys/file && echo d > /from/dev/file && echo x > /from/deep/x
                FROM busybox
                USER 1000
                COPY ./ /tmp/
                COPY f /f
                COPY --from=made /from /all
                COPY --from=made /from/deep /deep
                COPY --from=made /from/absolute /named-link
                COPY --from=made /from/relative /named-directory-link
                COPY --from=made /bin /programs
                COPY --from=made /from /
                """);
        assertThat(image.file("tmp").modeAndOwner()).isEqualTo("1777 0:0");
        assertThat(image.file("f").modeAndOwner()).isEqualTo("600 0:0");
        assertThat(image.file("tmp/run.sh").modeAndOwner()).isEqualTo("755 0:0");
        assertThat(image.file("tmp/sub").modeAndOwner()).isEqualTo("700 0:0");
        assertThat(image.file("tmp/link").linkName()).isEqualTo("f");
        assertThat(image.file("tmp/absolute").linkName()).isEqualTo("/etc/passwd");
        assertThat(image.file("all/setuid").modeAndOwner()).isEqualTo("4755 1234:1234");
        assertThat(image.file("all/sticky").modeAndOwner()).isEqualTo("1777 0:0");
        assertThat(image.file("all/writable").modeAndOwner()).isEqualTo("666 0:0");
        assertThat(image.file("all/absolute").linkName()).isEqualTo("/from/setuid");
        assertThat(image.file("all/dangling").linkName()).isEqualTo("nowhere");
        assertThat(image.file("deep/x").content()).isEqualTo("x\n");
        assertThat(image.file("named-link").content()).isEqualTo("s\n");
        assertThat(image.file("named-directory-link/x").content()).isEqualTo("x\n");
        for (String virtual : List.of("proc", "sys", "dev")) {
            assertThat(image.has("all/" + virtual + "/file")).as(virtual).isTrue();
            assertThat(image.has(virtual + "/file")).as(virtual).isTrue();
        }
        List<Layer.Entry> programs = Layer.flatten(image.layers()).stream()
                .filter(entry -> entry.path().startsWith("programs/"))
                .toList();
        assertThat(programs).hasSizeGreaterThan(100);
        assertThat(programs.stream().filter(entry -> !entry.isHardLink()))
                .as("one file, the rest links")
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void whatDoesNotChangeMakesNoLayerAndWhatChangesIsNeverLost(String isolation) {
        access.push(BaseImages.manyFiles(workspace.path("base"), 3_000), "busybox", "1");
        StringBuilder dockerfile = new StringBuilder("FROM busybox\nRUN chown -R 0:0 /files\n");
        for (int round = 0; round < 6; round++) {
            dockerfile.append("RUN echo a > /f%d && touch -r /etc/passwd /f%d\n".formatted(round, round));
            dockerfile.append("RUN echo b > /f%d && touch -r /etc/passwd /f%d\n".formatted(round, round));
        }
        dockerfile.append("RUN echo c > /g && cp -p /f0 /h && mv /g /f0\n");
        PulledImage image = build(isolation, dockerfile.toString());
        assertThat(image.layers().stream()
                        .flatMap(layer -> layer.entries().stream())
                        .filter(entry -> entry.path().startsWith("files")))
                .as("files of the base in layers: those of the base only")
                .hasSize(3_000 + 6 + 1);
        assertThat(image.file("f0").content()).isEqualTo("c\n");
        assertThat(image.file("h").content()).isEqualTo("b\n");
        for (int round = 1; round < 6; round++) {
            assertThat(image.file("f" + round).content()).isEqualTo("b\n");
        }
    }

    @Test
    void nothingIsWrittenThroughToTheDiskByForce() {
        pushBusybox();
        workspace.dockerfile("FROM busybox\nRUN echo x > /x\nCOPY . /y\n");
        Program build = command("overlay").with("--no-push");
        Completed done = Program.of(Program.require("strace", "strace"))
                .with(
                        "-f",
                        "-qq",
                        "-e",
                        "trace=sync,syncfs,fsync,fdatasync",
                        "-o",
                        workspace.path("calls").toString())
                .with(build.command())
                .within(Duration.ofMinutes(2))
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(workspace.path("calls")).content().doesNotContain("sync(");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void capabilitiesOfFilesArriveByteForByte(String isolation) {
        workspace.shell("""
                mkdir tree; cp "$(command -v busybox)" tree/ping
                python3 -c 'import os; os.setxattr("tree/ping", "security.capability", bytes.fromhex("%s"))'
                tar -c --xattrs --xattrs-include='*' --format=pax -C tree -f caps.tar ping
                """.formatted(CAPABILITY));
        access.push(
                BaseImages.busyboxBuilder()
                        .layer(LayerCompression.GZIP, workspace.path("caps.tar"))
                        .writeTo(workspace.path("base")),
                "busybox",
                "1");
        String dockerfile = """
                FROM busybox AS made
                RUN mv /ping /moved && chmod 700 /moved && chmod 755 /moved
                FROM busybox
                COPY --from=made /moved /tools/
                RUN mv /tools/moved /tools/again
                """;
        Bundle bundle = build(isolation, dockerfile).unpack(workspace.path("bundle"));
        assertThat(capability(bundle.root().resolve("tools/again"))).isEqualTo(CAPABILITY);
        assertThat(capability(bundle.root().resolve("ping"))).isEqualTo(CAPABILITY);
        Bundle single = build(isolation, dockerfile, "--single-snapshot").unpack(workspace.path("single-bundle"));
        assertThat(capability(single.root().resolve("tools/again"))).isEqualTo(CAPABILITY);
    }

    @Test
    void aContextWithoutExtendedAttributesIsAsGoodAsAnother() {
        workspace.dockerfile("FROM scratch\nCOPY . /all/\n").file("f", "x").shell("mkdir plain");
        String script = "mount -t ramfs ramfs plain && cp context/* plain/ && exec \"$@\"";
        Completed done = Program.of("unshare", "--mount", "sh", "-c", script, "sh")
                .with(workspace.executor("--context", "plain", "--no-push").command())
                .in(workspace.path())
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
    }

    @Test
    void oldImagesWithAbsoluteNamesAreRead() {
        access.push(
                BaseImages.busyboxBuilder()
                        .layer(tar -> tar.directory("./dot", 0755)
                                .file("./dot/file", 0644, "dot")
                                .directory("/abs", 0755)
                                .file("/abs/file", 0644, "abs")
                                .hardLink("/abs/link", "/abs/file"))
                        .writeTo(workspace.path("base")),
                "busybox",
                "1");
        workspace.dockerfile("FROM busybox\nRUN cat /dot/file /abs/file && test /abs/link -ef /abs/file\n");
        Completed done = command("overlay").with("--no-push").run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out() + done.err()).contains("dotabs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void aHostileBaseWritesNothingOutside(String isolation) {
        Path outside = workspace.path("outside");
        workspace.shell("mkdir outside; echo safe > outside/file");
        String up = "../".repeat(30);
        access.push(
                BaseImages.busyboxBuilder()
                        .layer(tar -> tar.symlink("out", outside.toString())
                                .symlink("up", up + outside.toString().substring(1))
                                .file("file", 0644, "file"))
                        .layer(tar -> tar.file("out/file", 0644, "evil")
                                .file("up/second", 0644, "evil")
                                .file(up + outside.toString().substring(1) + "/third", 0644, "evil")
                                .file("out/.wh.file", 0644, ""))
                        .writeTo(workspace.path("base")),
                "busybox",
                "1");
        workspace.dockerfile("FROM busybox\nRUN echo done\nCOPY . /out/\n");
        Completed done = command(isolation).with("--no-push").run();
        assertThat(done.exitCode()).as("%s", done).isLessThan(128);
        workspace.shell("test \"$(ls outside)\" = file && test \"$(cat outside/file)\" = safe");
        workspace.assertNothingIsLeft();
    }

    private void pushBusybox() {
        access.push(BaseImages.busybox(workspace.path("base")), "busybox", "1");
    }

    /** Builds with {@code busybox} standing for the base that was pushed. */
    private PulledImage build(String isolation, String dockerfile, String... flags) {
        workspace.dockerfile(dockerfile);
        String name = "app-" + isolation + flags.length;
        Completed done = command(isolation)
                .with("--destination", registry.reference(name + ":1"))
                .with(flags)
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        workspace.assertNothingIsLeft();
        return PulledImage.from(registry.reference(name + ":1"), workspace.path(name));
    }

    /** The build of the context; it goes nowhere unless a destination is added. */
    private Program command(String isolation) {
        nameTheBase();
        return workspace.build("--isolation", isolation, "--insecure");
    }

    private void nameTheBase() {
        workspace.shell(
                "sed -i 's|^FROM busybox|FROM %s|' context/Dockerfile".formatted(registry.reference("busybox:1")));
    }

    private static String capability(Path file) {
        return Program.of(
                        "python3", "-c", "import os, sys; print(os.getxattr(sys.argv[1], 'security.capability').hex())")
                .with(file.toString())
                .runSuccessfully()
                .out()
                .strip();
    }
}
