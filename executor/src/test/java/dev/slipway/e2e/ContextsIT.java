package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the source comes from, and what happens if it isn't there, isn't whole, or is hostile. */
class ContextsIT {

    @AutoClose
    private final Workspace workspace = new Workspace()
            .dockerfile("FROM scratch\nCOPY . /all/\n")
            .file("kept", "kept")
            .file("ignored.log", "ignored")
            .file(".dockerignore", "*.log\n")
            .file("service/Dockerfile", "FROM scratch\nCOPY part /part\n")
            .file("service/part", "part");

    @ParameterizedTest
    @CsvSource({"cat, src.tar", "gzip, src.tar.gz", "bzip2, src", "xz, src.txz", "zstd -q, src.tar"})
    void anArchiveIsAContextWhateverPacksIt(String packer, String name) {
        workspace.shell("tar -c -C context . | " + packer + " > " + name);
        Completed done = build("tar://" + workspace.path(name)).run();
        assertImage(done);
    }

    @Test
    void standardInputIsAContext() {
        workspace.shell("tar -c -z -C context . > piped");
        Completed done = build("tar://stdin")
                .reading(stream -> Files.copy(workspace.path("piped"), stream))
                .run();
        assertImage(done);
    }

    @Test
    void aBarePathIsAContextAndIsNotTouched() {
        workspace.shell("find context | xargs stat -c '%n %a %Y %Z' | sort > before");
        assertImage(build(workspace.context().toString()).run());
        workspace.shell("find context | xargs stat -c '%n %a %Y %Z' | sort | cmp before -");
    }

    @Test
    void aDirectoryOfTheContextMayBeItsRoot() {
        Completed done = build("dir://" + workspace.context())
                .with("--context-sub-path", "service")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(image().last().names()).containsExactly("part");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "service/../..", "/../x"})
    void aSubPathCannotLeaveTheContext(String path) {
        workspace.fails(
                66,
                build("dir://" + workspace.context()).with("--context-sub-path", path),
                "leaves the context",
                "exit code 66");
    }

    @ParameterizedTest
    @CsvSource({
        "dir:///not/there, no such directory",
        "/, whole file system",
        "tar:///not/there.tar, no such file",
        "tar://stdin, standard input is empty",
        "ftp://host/x, dir:///path"
    })
    void aContextThatCannotBeHadIsSaidSo(String uri, String words) {
        workspace.fails(66, build(uri), words, "exit code 66");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat", "gzip", "zstd -q"})
    void aTruncatedArchiveLeavesNothing(String packer) throws IOException {
        workspace.shell("head -c 3000000 /dev/urandom > context/big; tar -c -C context . | " + packer + " > whole");
        byte[] whole = Files.readAllBytes(workspace.path("whole"));
        Files.write(workspace.path("cut"), Arrays.copyOf(whole, whole.length / 2));
        workspace.fails(66, build("tar://" + workspace.path("cut")), "cut", "exit code 66");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escaped", "/tmp/escaped", "link/escaped"})
    void aHostileArchiveWritesNothingOutside(String name) {
        Path archive = TarBuilder.write(
                workspace.path("hostile.tar"),
                tar -> tar.file("Dockerfile", 0644, "FROM scratch\n")
                        .symlink("link", workspace.path().toString())
                        .file(name, 0644, "evil"));
        workspace.fails(66, build("tar://" + archive), "hostile.tar", "exit code 66");
        assertThat(workspace.path("escaped")).doesNotExist();
    }

    @Test
    void aContextThatIsTooLargeIsRefused() {
        workspace.shell("head -c 3000000 /dev/zero > context/big; tar -c -C context . > big.tar");
        workspace.fails(
                66, build("tar://" + workspace.path("big.tar")).with("--context-max-size", "1MB"), "exit code 66");
    }

    private Program build(String context) {
        return workspace
                .executor("--context", context, "--no-push", "--oci-layout-path")
                .with(workspace.path("layout").toString());
    }

    private void assertImage(Completed done) {
        assertThat(done.exitCode()).as("%s", done).isZero();
        PulledImage image = image();
        assertThat(image.file("all/kept").content()).isEqualTo("kept");
        assertThat(image.has("all/ignored.log")).isFalse();
        assertThat(image.file("all/service/part").modeAndOwner()).isEqualTo("644 0:0");
        workspace.assertNothingIsLeft();
    }

    private PulledImage image() {
        return PulledImage.of(Image.only(workspace.path("layout")));
    }
}
