package dev.slipway.rootfs;

import static dev.slipway.rootfs.Workshop.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What of a command's doing enters a layer, under the kinds that run commands (DESIGN 3.3). */
class CommitTest {
    @TempDir
    private Path room;

    private Workshop workshop;

    @BeforeEach
    void open() throws IOException {
        workshop = new Workshop(room);
    }

    @AfterEach
    void leavesNothingBehind() throws IOException {
        workshop.close();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(room.toString());
        try (var builds = Files.list(room)) {
            for (Path build : builds.filter(
                            path -> path.getFileName().toString().startsWith("build-"))
                    .toList()) {
                try (var left = Files.walk(build)) {
                    assertThat(left.filter(path -> !path.equals(build) && !path.endsWith("rootfs")))
                            .isEmpty();
                }
            }
        }
    }

    private List<String> changes(Isolation isolation, String... scripts) throws IOException {
        try (Rootfs rootfs = workshop.open(isolation, List.of(workshop.busybox()), workshop.reproducible())) {
            for (String script : List.of(scripts).subList(0, scripts.length - 1)) {
                shell(rootfs, script);
                rootfs.commit(CommitScope.EVERYTHING);
            }
            shell(rootfs, scripts[scripts.length - 1]);
            return workshop.entries(rootfs.commit(CommitScope.EVERYTHING));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void aCommandThatChangesNothingMakesNoLayer(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "true")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void holdsWhatIsNewAndTheDirectoriesWhoseTimesMoved(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "echo hi > /data/deep/new"))
                .containsExactly("directory data/deep 755 0:0", "file data/deep/new 644 0:0");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void leavesOutTheRootWhoseTimesEverythingMoves(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "echo hi > /new")).containsExactly("file new 644 0:0");
        assertThat(changes(isolation, "chmod 700 /")).containsExactly("directory  700 0:0");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void chownToTheOwnersThatAreThereIsNoChange(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "chown -R 0:0 /data /bin /tmp; chmod 644 /data/a"))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void aTimeSetBackHidesNothing(Isolation isolation) throws IOException {
        assertThat(
                        changes(
                                isolation,
                                "cp -p /data/a /tmp/ref; echo 'CONTENT OF a' > /data/a; touch -r /tmp/ref /data/a; rm /tmp/ref; touch -d @1600000000 /tmp"))
                .contains("file data/a 644 0:0");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void tellsOfEachThingThatIsGoneOnce(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "rm -r /data/deep; rm /data/a; echo x > /data/n; rm /data/n"))
                .containsExactly("directory data 755 0:0", "whiteout data/a", "whiteout data/deep");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void namesWhatAReplacedDirectoryHasNoMore(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "rm -r /data; mkdir -p /data/deep; echo new > /data/deep/new"))
                .containsExactly(
                        "directory data 755 0:0",
                        "whiteout data/a",
                        "whiteout data/b",
                        "directory data/deep 755 0:0",
                        "whiteout data/deep/c",
                        "whiteout data/deep/er",
                        "file data/deep/new 644 0:0");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void aFileInADirectorysPlaceNeedsNoWhiteout(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "rm -r /data/deep; echo x > /data/deep; rm /data/a; mkdir /data/a"))
                .containsExactly("directory data 755 0:0", "directory data/a 755 0:0", "file data/deep 644 0:0");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void allNamesOfAFileEnterTogether(Isolation isolation) throws IOException {
        assertThat(changes(isolation, "ln /data/a /data/deep/er/z; ln /data/deep/er/z /data/c"))
                .containsExactly(
                        "directory data 755 0:0",
                        "file data/a 644 0:0",
                        "hardlink data/c = data/a",
                        "directory data/deep/er 755 0:0",
                        "hardlink data/deep/er/z = data/a");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void goesByWhatTheStepBeforeLeft(Isolation isolation) throws IOException {
        assertThat(changes(
                        isolation,
                        "mkdir /data/new; echo 1 > /data/new/x; echo 2 > /data/new/y",
                        "rm /data/new/x",
                        "rm -r /data/new; mkdir /data/new; echo 3 > /data/new/z"))
                .containsExactly(
                        "directory data 755 0:0",
                        "directory data/new 755 0:0",
                        "whiteout data/new/y",
                        "file data/new/z 644 0:0");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void keepsModesOwnersPipesAndLinks(Isolation isolation) throws IOException {
        assertThat(
                        changes(
                                isolation,
                                "cd /data; chmod 4755 a; chmod 2775 deep; mkfifo p; ln -s ../nowhere l; chown -h 7:8 l; chown 1234:4321 b; mkdir -m 1777 s"))
                .containsExactly(
                        "directory data 755 0:0",
                        "file data/a 4755 0:0",
                        "file data/b 644 1234:4321",
                        "directory data/deep 2775 0:0",
                        "symlink data/l -> ../nowhere",
                        "fifo data/p 644 0:0",
                        "directory data/s 1777 0:0");
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void whatWasCopiedIsGoneWhereALinkHasTakenItsDirectorysPlace(Isolation isolation) throws IOException {
        for (String target : List.of("other", "data")) {
            try (Rootfs rootfs = workshop.open(isolation, List.of(workshop.busybox()), workshop.reproducible())) {
                rootfs.tree()
                        .writeFile(
                                PathBytes.of("data/deep/new"),
                                Workshop.owned(0644, 0, 0),
                                new ByteArrayInputStream(new byte[3]));
                shell(
                        rootfs,
                        "rm -r /data; mkdir -p /other/deep; echo x > /other/deep/new; ln -s %s /data"
                                .formatted(target));
                assertThat(workshop.entries(rootfs.commit(CommitScope.EVERYTHING)))
                        .as(target)
                        .anyMatch(entry -> entry.contains(" data "))
                        .contains("file other/deep/new 644 0:0")
                        .noneMatch(entry -> entry.contains(" data/"));
            }
        }
    }
}
