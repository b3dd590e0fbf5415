package dev.slipway.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command does to what it was lent, and what is there afterwards. */
class LentFilesTest {
    private static final PathBytes NAME = PathBytes.of("lent");
    private static final PathBytes PLACE = PathBytes.of("place");

    @TempDir
    private Path root;

    /** On the same file system as the root, and on another. */
    @ParameterizedTest
    @ValueSource(strings = {".", "/dev/shm"})
    void ofAFileThatIsRemovedAnEmptyOneStays(String where) throws IOException {
        Path store = Files.createTempDirectory(root.resolve(where), "store-");
        try {
            Path file = Files.writeString(store.resolve("lent"), "content");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
            try (Directory directory = Directory.open(root)) {
                Undo back = new LentFiles(directory, root, undo -> {}).lend(store, NAME, PLACE);
                assertThat(root.resolve("place")).hasContent("content");
                Files.delete(root.resolve("place"));
                back.run();
            }
            assertThat(file).isEmptyFile();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-r-----");
            assertThat(store.toFile().list()).containsExactly("lent");
        } finally {
            Files.deleteIfExists(store.resolve("lent"));
            Files.delete(store);
        }
    }

    @Test
    void whoIsLetThroughToASocketIsKnownStepByStep() throws IOException {
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "build-");
        Path parent = Files.createDirectory(memory.resolve("agent"));
        try {
            Files.writeString(parent.resolve("lent"), "");
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx------"));
            Deque<Undo> undos = new ArrayDeque<>();
            try (Directory directory = Directory.open(root)) {
                new LentFiles(directory, memory.resolve("scratch"), undos::push).lendSocket(parent, NAME, PLACE);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                        .isEqualTo("rwx--x--x");
                assertThat(undos).hasSize(2);
                while (!undos.isEmpty()) {
                    undos.pop().run();
                }
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                    .isEqualTo("rwx------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(memory)))
                    .isEqualTo("rwx------");
        } finally {
            Files.deleteIfExists(parent.resolve("lent"));
            Files.delete(parent);
            Files.delete(memory);
        }
    }
}
