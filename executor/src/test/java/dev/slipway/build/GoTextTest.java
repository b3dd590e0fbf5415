package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoTextTest {

    @Test
    void quotesListsAsHistoriesDo() {
        assertThat(GoText.quotedList(List.of("/bin/sh", "-c", "q\"q\n\u0001é\u200b")))
                .isEqualTo("[\"/bin/sh\" \"-c\" \"q\\\"q\\n\\x01é\\u200b\"]");
        assertThat(GoText.list(List.of("/v", "/w"))).isEqualTo("[/v /w]");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "5000000000, 5s",
        "90000000000, 1m30s",
        "7200000000000, 2h0m0s",
        "1500000000, 1.5s",
        "500000000, 500ms",
        "1001000, 1.001ms",
        "1500, 1.5µs",
        "7, 7ns"
    })
    void writesDurations(long nanoseconds, String text) {
        assertThat(GoText.duration(nanoseconds)).isEqualTo(text);
    }
}
