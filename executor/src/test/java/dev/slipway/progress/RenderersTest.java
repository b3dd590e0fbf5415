package dev.slipway.progress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RenderersTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.678Z"));
    private static final BuildEvent.Stage STAGE = new BuildEvent.Stage(0, Optional.of("build"), "debian:12");
    private static final BuildEvent.Step STEP =
            new BuildEvent.Step(STAGE, 2, 7, "RUN make", "Dockerfile", OptionalInt.of(12));

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);

    private String log(Level threshold, BuildEvent... events) {
        LogLines lines = new LogLines(out, threshold, false, false, CLOCK);
        List.of(events).forEach(lines::on);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void tellsAStepWithItsStagePlaceTimeAndSize() {
        assertThat(log(
                        Level.INFO,
                        new BuildEvent.StepStarted(STEP),
                        new BuildEvent.CommandOutput(STEP, BuildEvent.CommandOutput.Stream.STDOUT, "cc main.c"),
                        new BuildEvent.StepFinished(STEP, Duration.ofMillis(3240), OptionalLong.of(12_345_678), false)))
                .isEqualTo("""
                        [2/7] build RUN make (Dockerfile:12)
                        [2/7] build | cc main.c
                        [2/7] build done in 3.2 s, layer 12.3 MB
                        """);
    }

    @Test
    void tellsThatAStepWasCached() {
        assertThat(log(
                        Level.INFO,
                        new BuildEvent.StepFinished(STEP, Duration.ofMillis(3), OptionalLong.of(999_999), true)))
                .isEqualTo("[2/7] build cached, layer 1.0 MB\n");
    }

    @Test
    void saysNothingMoreOfAStepThatTookNoTimeAndMadeNoLayer() {
        var finished = new BuildEvent.StepFinished(STEP, Duration.ofMillis(2), OptionalLong.empty(), false);
        assertThat(log(Level.INFO, finished)).isEmpty();
        assertThat(log(Level.DEBUG, finished)).isEqualTo("[2/7] build done in 2 ms\n");
    }

    @Test
    void showsWhatIsLeftOfAProgressBar() {
        assertThat(log(
                        Level.INFO,
                        new BuildEvent.CommandOutput(STEP, BuildEvent.CommandOutput.Stream.STDERR, "10%\r50%\r100%\r")))
                .isEqualTo("[2/7] build | 100%\n");
    }

    @Test
    void endsAFailureWithOneSentenceThatNamesItsClass() {
        assertThat(log(
                        Level.PANIC,
                        new BuildEvent.BuildFailed(
                                FailureClass.DOCKERFILE, 65, "Dockerfile:3: no such word\n  RUUN x\n")))
                .isEqualTo("""
                        error: Dockerfile:3: no such word
                          RUUN x
                        Dockerfile:3: no such word (Dockerfile, exit code 65)
                        """);
    }

    @Test
    void showsOnlyWhatTheVerbosityAsksFor() {
        BuildEvent[] events = {
            new BuildEvent.Message(Level.DEBUG, "debug"),
            new BuildEvent.Message(Level.INFO, "info"),
            new BuildEvent.CheckWarning(
                    "StageNameCasing", "stage names are lower case", "Dockerfile", OptionalInt.of(3), "https://x")
        };
        assertThat(log(Level.WARN, events))
                .isEqualTo("warning: StageNameCasing: stage names are lower case (Dockerfile:3)\n");
    }

    @Test
    void startsLinesWithTheTimeAndColoursThemWhereAsked() {
        new LogLines(out, Level.INFO, true, true, CLOCK).on(new BuildEvent.StepStarted(STEP));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("2026-01-02T03:04:05.678Z \u001b[36m[2/7] build\u001b[0m RUN make (Dockerfile:12)\n");
    }

    @Test
    void writesOneJsonObjectALineWithKanikosKeys() throws Exception {
        JsonLines lines = new JsonLines(out, Level.INFO, CLOCK);
        lines.on(new BuildEvent.StepFinished(STEP, Duration.ofMillis(40), OptionalLong.of(5), true));
        lines.on(new BuildEvent.BuildFailed(FailureClass.REGISTRY, 69, "no such host \"r\""));
        List<String> written = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        JsonNode step = new ObjectMapper().readTree(written.getFirst());
        assertThat(step.get("level").asText()).isEqualTo("info");
        assertThat(step.get("time").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(step.get("msg").asText()).isEqualTo("[2/7] build cached, layer 5 B");
        assertThat(step.get("instruction").asText()).isEqualTo("RUN make");
        assertThat(step.get("line").asInt()).isEqualTo(12);
        assertThat(step.get("elapsedMs").asInt()).isEqualTo(40);
        JsonNode failure = new ObjectMapper().readTree(written.get(1));
        assertThat(failure.get("class").asText()).isEqualTo("registry");
        assertThat(failure.get("exitCode").asInt()).isEqualTo(69);
        assertThat(failure.get("error").asText()).isEqualTo("no such host \"r\"");
    }

    @Test
    void quietSpeaksOfAFailureOnly() {
        FailureOnly quiet = new FailureOnly(out);
        quiet.on(new BuildEvent.StepStarted(STEP));
        quiet.on(new BuildEvent.CommandOutput(STEP, BuildEvent.CommandOutput.Stream.STDERR, "noise"));
        assertThat(bytes.size()).isZero();
        quiet.on(new BuildEvent.BuildFailed(FailureClass.BUILD, 2, "RUN false: exit status 2"));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: RUN false: exit status 2 (build failed, exit code 2)\n");
    }

    @Test
    void writesSizesAndTimesAsPeopleSayThem() {
        assertThat(Wording.bytes(999)).isEqualTo("999 B");
        assertThat(Wording.bytes(999_960)).isEqualTo("1.0 MB");
        assertThat(Wording.bytes(8_600_000_000L)).isEqualTo("8.6 GB");
        assertThat(Wording.seconds(Duration.ofMillis(999))).isEqualTo("999 ms");
        assertThat(Wording.seconds(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
    }
}
