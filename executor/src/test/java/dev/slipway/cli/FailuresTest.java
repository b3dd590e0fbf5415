package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.build.BuildException;
import dev.slipway.context.ContextException;
import dev.slipway.image.ImageFormatException;
import dev.slipway.layer.LayerException;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.RootfsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new UsageException("--x"), 64),
                Arguments.of(new BuildException(FailureClass.DOCKERFILE, "no FROM"), 65),
                Arguments.of(new ContextException("not there"), 66),
                Arguments.of(new ContextException(ContextException.Kind.ENVIRONMENT, "full"), 71),
                Arguments.of(new ImageFormatException("no layers"), 69),
                Arguments.of(new LayerException(LayerException.Kind.ENVIRONMENT, "no CAP_SETFCAP"), 71),
                Arguments.of(new RootfsException(RootfsException.Kind.ENVIRONMENT, "no CAP_SYS_ADMIN"), 71),
                Arguments.of(new RootfsException(RootfsException.Kind.USAGE, "--isolation"), 64),
                Arguments.of(new IOException("No space left on device"), 71),
                Arguments.of(new UncheckedIOException(new IOException("read")), 71),
                Arguments.of(new OutOfMemoryError("Java heap space"), 71),
                Arguments.of(new InterruptedException(), 130),
                Arguments.of(new IllegalStateException("odd"), 1));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void hasTheExitCodeOfItsClass(Throwable failure, int exitCode) {
        assertThat(Failures.ending(failure).exitCode()).isEqualTo(exitCode);
    }

    @Test
    void saysWhichFileAndWhyInsteadOfTheBarePath() {
        BuildEvent.BuildFailed ending =
                Failures.ending(new FileSystemException("/out/image.tar", null, "Read-only file system"));
        assertThat(ending.message()).isEqualTo("\"/out/image.tar\": Read-only file system");
        assertThat(ending.exitCode()).isEqualTo(71);
    }

    @Test
    void asksForAReportOfWhatShouldNotHappen() {
        IllegalStateException odd = new IllegalStateException("odd");
        assertThat(Failures.ending(odd).message()).contains("internal error").contains("--verbosity=debug");
    }
}
