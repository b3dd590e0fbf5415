package dev.slipway.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockTickTest {
    private static Instant changed(FileStatus status) {
        return Instant.ofEpochSecond(status.ctimeSeconds(), status.ctimeNanos());
    }

    @Test
    void whatIsChangedAfterTheWaitHasALaterTime(@TempDir Path directory) throws IOException {
        try (Directory room = Directory.open(directory)) {
            Instant before = changed(ClockTick.now(room));
            ClockTick.await(room, now -> changed(now).isAfter(before));
            assertThat(changed(ClockTick.now(room))).isAfter(before);
        }
    }
}
