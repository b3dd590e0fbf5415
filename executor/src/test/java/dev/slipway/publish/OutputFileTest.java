package dev.slipway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Places of output flags that no file can be renamed to. */
class OutputFileTest {
    @TempDir
    private Path directory;

    private void write(Path file) throws IOException {
        OutputFile.write("--digest-file", file, out -> out.write("sha256:1".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aPipeIsWrittenToForWhoeverReadsIt() throws Exception {
        Path pipe = directory.resolve("pipe");
        Program.of("mkfifo", pipe.toString()).runSuccessfully();
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<String> read = threads.submit(() -> Files.readString(pipe));
            write(pipe);
            assertThat(read.get()).isEqualTo("sha256:1");
        }
        assertThat(Files.isRegularFile(pipe)).isFalse();
    }

    /** As a kubelet mounts a pod's termination message. */
    @Test
    void aMountedFileIsWrittenInPlace() throws IOException {
        Path host = Files.writeString(directory.resolve("host"), "");
        Path mounted = Files.writeString(directory.resolve("termination-log"), "");
        Program.of("mount", "--bind", host.toString(), mounted.toString()).runSuccessfully();
        try {
            write(mounted);
        } finally {
            Program.of("umount", mounted.toString()).runSuccessfully();
        }
        assertThat(host).hasContent("sha256:1");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).as("nothing is left beside it").containsExactlyInAnyOrder(host, mounted);
        }
    }
}
