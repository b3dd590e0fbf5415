package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A build whose source is a directory doesn't pay for the kinds of contexts that it doesn't use. */
class LazyResolversTest {

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("lazy");

    @Test
    void noClientLibraryIsLoadedForADirectory() {
        Completed done = Program.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .with("--enable-native-access=ALL-UNNAMED", "-Xlog:class+load:file=classes.log")
                .with("-cp", System.getProperty("java.class.path"), "dev.slipway.cli.Main", "check")
                .with("--slipway-dir", directory.path().resolve("own").toString())
                .with("--context", directory.path().toString(), "--dockerfile", "Dockerfile")
                .in(directory.path())
                .run();
        // There is no Dockerfile: what counts is that the context was resolved before that showed.
        assertThat(done.exitCode()).as("%s", done).isNotZero();
        String loaded = Program.of("cat", "classes.log")
                .in(directory.path())
                .runSuccessfully()
                .out();
        assertThat(loaded).contains("dev.slipway.context.local.DirectoryResolver");
        assertThat(loaded.lines()
                        .map(line -> line.replaceFirst("^\\[[^ ]* *(\\S+).*", "$1"))
                        .filter(line -> line.contains("dev.slipway.context.s3.")
                                || line.contains("dev.slipway.context.git.")
                                || line.contains("org.eclipse.jgit.")
                                || line.contains("org.apache.sshd.")
                                || line.contains("software.amazon.")
                                || line.contains("com.google.cloud.")
                                || line.contains("com.azure.")))
                .isEmpty();
    }
}
