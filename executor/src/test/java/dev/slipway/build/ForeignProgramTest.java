package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.image.Platform;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignProgramTest {
    @TempDir
    private Path directory;

    @Test
    void runsAProgramOfThisMachinesArchitecture() throws Exception {
        assertThat(ForeignProgram.runs(Platform.host().architecture(), directory))
                .isTrue();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void knowsThatAnUnknownArchitectureDoesNotRun() throws Exception {
        assertThat(ForeignProgram.runs("mips64le", directory)).isFalse();
    }
}
