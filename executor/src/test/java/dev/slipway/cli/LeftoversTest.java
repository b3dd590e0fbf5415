package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.progress.BuildEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeftoversTest {
    private final List<BuildEvent> events = new ArrayList<>();
    private final Leftovers leftovers = new Leftovers(events::add);

    private static void full() throws IOException {
        throw new IOException("\"/slipway/work\" can't be removed");
    }

    @Test
    void failTheBuildThatHasPublishedNothing() {
        assertThatThrownBy(() -> leftovers.remove(LeftoversTest::full)).hasMessageContaining("/slipway/work");
        assertThat(events).isEmpty();
    }

    @Test
    void neverTakeThePlaceOfWhatTheBuildFailedFor() {
        assertThatThrownBy(() -> {
                    try (Leftovers.Removal _ = leftovers.whenClosed(LeftoversTest::full)) {
                        throw new IllegalStateException("RUN ended with 7");
                    }
                })
                .hasMessage("RUN ended with 7")
                .satisfies(e ->
                        assertThat(e.getSuppressed()).singleElement().asString().contains("/slipway/work"));
    }

    @Test
    void areWorthAWarningOnceTheImageIsPublished() throws IOException {
        try (Leftovers.Removal _ = leftovers.whenClosed(LeftoversTest::full)) {
            leftovers.imageIsPublished();
        }
        assertThat(events).singleElement().asString().contains("is published", "\"/slipway/work\" can't be removed");
    }
}
