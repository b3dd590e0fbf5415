package dev.slipway.rootfs;

import static dev.slipway.rootfs.Workshop.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.layer.FileContent;
import dev.slipway.layer.LayerEntry;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Extended attributes that a command sets: a layer records a program's capability and, as BuildKit's, no other. */
class RecordedAttributesTest {
    private static final String SETTER = """
            #include <string.h>
            #include <sys/xattr.h>
            int main(int count, char **words) {
                static const char capability[20] = {1, 0, 0, 2, 0, 32};
                return count == 3
                    ? lsetxattr(words[1], words[2], capability, sizeof capability, 0)
                    : lsetxattr(words[1], words[2], words[3], strlen(words[3]), 0);
            }
            """;

    @TempDir
    private Path room;

    private Workshop workshop;

    @BeforeEach
    void open() throws IOException {
        workshop = new Workshop(room);
    }

    @AfterEach
    void leavesNoMount() throws IOException {
        workshop.close();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(room.toString());
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void aCapabilityEntersTheLayerAndNoOtherAttributeIsAChange(Isolation isolation)
            throws IOException, InterruptedException {
        try (Rootfs rootfs =
                workshop.open(isolation, List.of(workshop.busybox(program("bin/setxattr"))), workshop.reproducible())) {
            shell(rootfs, "setxattr /data/a user.note 1; setxattr /data/deep user.note 2; echo x > /new");
            assertThat(workshop.entries(rootfs.commit(CommitScope.EVERYTHING))).containsExactly("file new 644 0:0");

            shell(rootfs, "setxattr /new user.note 1; touch -d @1700000000 /new; setxattr /data/b security.capability");
            assertThat(workshop.entries(rootfs.commit(CommitScope.EVERYTHING)))
                    .containsExactly("file data/b 644 0:0 [security.capability]", "file new 644 0:0");

            shell(rootfs, "setxattr /data/b user.note 1");
            assertThat(rootfs.commit(CommitScope.EVERYTHING)).isEmpty();
        }
    }

    private LayerEntry.File program(String path) throws IOException, InterruptedException {
        Path source = Files.writeString(room.resolve("setxattr.c"), SETTER);
        Path program = room.resolve("setxattr");
        Process compiler = new ProcessBuilder("musl-gcc", "-static", "-o", program.toString(), source.toString())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        byte[] bytes = Files.readAllBytes(program);
        return new LayerEntry.File(PathBytes.of(path), Workshop.attributes(0755), bytes.length, FileContent.of(bytes));
    }
}
