package dev.slipway.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn for a terminal and for GitLab, what Kubernetes is told, and that none of it holds a secret. */
class ViewsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
    private static final BuildEvent.Step ONE = step(0, "one", "RUN make");
    private static final BuildEvent.Step TWO = step(1, "two", "RUN test");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);

    private static BuildEvent.Step step(int stage, String name, String instruction) {
        return new BuildEvent.Step(
                new BuildEvent.Stage(stage, Optional.of(name), "base"),
                2,
                3,
                instruction,
                "Dockerfile",
                OptionalInt.of(5));
    }

    private static BuildEvent output(BuildEvent.Step step, String line) {
        return new BuildEvent.CommandOutput(step, BuildEvent.CommandOutput.Stream.STDOUT, line);
    }

    private static BuildEvent finished(BuildEvent.Step step) {
        return new BuildEvent.StepFinished(step, Duration.ofSeconds(1), OptionalLong.empty(), false);
    }

    private String drawn() {
        return bytes.toString(StandardCharsets.UTF_8).replace("\u001b", "ESC").replace("\r", "CR");
    }

    @Test
    void gitLabFoldsEachRun() {
        GitLabSections view = new GitLabSections(out, Level.INFO, false, CLOCK);
        List.of(new BuildEvent.StepStarted(ONE), output(ONE, "cc"), finished(ONE))
                .forEach(view::on);
        assertThat(drawn()).isEqualTo("""
                ESC[0Ksection_start:1700000000:slipway_0_one_2[collapsed=true]CRESC[0K[2/3] one RUN make (Dockerfile:5)
                [2/3] one | cc
                ESC[0Ksection_end:1700000000:slipway_0_one_2CRESC[0K[2/3] one done in 1.0 s
                """);
    }

    @Test
    void gitLabSectionsOfStagesBesideEachOtherDontMix() {
        GitLabSections view = new GitLabSections(out, Level.INFO, false, CLOCK);
        List.of(
                        new BuildEvent.StepStarted(ONE),
                        new BuildEvent.StepStarted(TWO),
                        output(TWO, "second"),
                        output(ONE, "first"),
                        finished(TWO),
                        finished(ONE))
                .forEach(view::on);
        assertThat(drawn().lines().map(line -> line.replaceAll("^.*CRESC\\[0K", "")))
                .containsExactly(
                        "[2/3] one RUN make (Dockerfile:5)",
                        "[2/3] one | first",
                        "[2/3] one done in 1.0 s",
                        "[2/3] two RUN test (Dockerfile:5)",
                        "[2/3] two | second",
                        "[2/3] two done in 1.0 s");
    }

    @Test
    void whatAFailedRunSaidIsSeenBelowItsSection() {
        GitLabSections view = new GitLabSections(out, Level.INFO, false, CLOCK);
        List.of(
                        new BuildEvent.StepStarted(ONE),
                        output(ONE, "no rule"),
                        new BuildEvent.StepFailed(ONE, Duration.ofSeconds(1)),
                        new BuildEvent.BuildFailed(FailureClass.BUILD, 2, "RUN make failed"))
                .forEach(view::on);
        String behind = drawn().substring(drawn().indexOf("section_end"));
        assertThat(behind)
                .contains("[2/3] one | no rule\n", "failed after 1.0 s", "RUN make failed (build failed, exit code 2)");
    }

    @Test
    void aTerminalShowsWhatRunsInPlaceAndKeepsWhatIsDone() {
        TerminalView view = new TerminalView(out, Level.INFO, false, CLOCK, Duration.ofDays(1));
        view.on(new BuildEvent.StepStarted(ONE));
        for (int i = 1; i <= 6; i++) {
            view.on(output(ONE, "line " + i));
        }
        assertThat(drawn()).endsWith("""
                ESC[4ACRESC[JESC[?7l[2/3] one RUN make 0 s
                  │ line 2
                  │ line 3
                  │ line 4
                  │ line 5
                ESC[?7hESC[5ACRESC[JESC[?7l[2/3] one RUN make 0 s
                  │ line 3
                  │ line 4
                  │ line 5
                  │ line 6
                ESC[?7h""".replace("ESC[4A", "ESC[5A"));
        bytes.reset();
        view.on(finished(ONE));
        view.on(new BuildEvent.BuildFinished(Duration.ofSeconds(2)));
        assertThat(drawn()).isEqualTo("""
                ESC[5ACRESC[J[2/3] one RUN make (Dockerfile:5)
                [2/3] one done in 1.0 s
                done in 2.0 s
                """);
    }

    @Test
    @Timeout(30)
    void aTerminalMovesTheTimeOnWhileACommandSaysNothing() throws InterruptedException {
        AtomicLong second = new AtomicLong();
        CountDownLatch looks = new CountDownLatch(8);
        InstantSource moving = () -> {
            looks.countDown();
            return Instant.ofEpochSecond(second.getAndIncrement());
        };
        TerminalView view = new TerminalView(out, Level.INFO, false, moving, Duration.ofMillis(1));
        view.on(new BuildEvent.StepStarted(ONE));
        looks.await();
        view.on(finished(ONE));
        assertThat(drawn()).contains("RUN make 1 s", "RUN make 2 s", "RUN make 3 s");
    }

    @Test
    void aTerminalKeepsTheWholeOutputOfAFailedStep() {
        TerminalView view = new TerminalView(out, Level.INFO, false, CLOCK, Duration.ofDays(1));
        view.on(new BuildEvent.StepStarted(ONE));
        for (int i = 1; i <= 30; i++) {
            view.on(output(ONE, "line " + i + "\u001b[2J"));
        }
        bytes.reset();
        view.on(new BuildEvent.StepFailed(ONE, Duration.ofSeconds(1)));
        assertThat(drawn()).contains("one | line 1ESC", "one | line 30ESC", "failed after 1.0 s");
    }

    @Test
    void aLineOfACommandDoesNotMoveTheCursorWhileItIsDrawn() {
        TerminalView view = new TerminalView(out, Level.INFO, false, CLOCK, Duration.ofDays(1));
        view.on(output(ONE, "a\u001b[2Jb"));
        assertThat(drawn()).contains("│ a [2Jb\n");
    }

    @Test
    void kubernetesIsToldTheLastLineWhereItListens(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("termination-log"), "before, and longer than what comes now");
        BuildEvent failure = new BuildEvent.BuildFailed(FailureClass.REGISTRY, 69, "no such host \"r\"\nmore");
        new TerminationMessage(file, ProgressListener.SILENT).on(failure);
        assertThat(file).hasContent("no such host \"r\" (registry, exit code 69)");

        Path missing = directory.resolve("nobody-listens");
        new TerminationMessage(missing, ProgressListener.SILENT).on(failure);
        assertThat(missing).doesNotExist();
    }

    @Test
    void secretsAreMaskedInTheWordsOfEveryEvent() {
        String secret = "marker-secret-1";
        String key = "-----BEGIN KEY-----\nabcdefghij0123\n-----END KEY-----\n";
        List<BuildEvent> seen = new ArrayList<>();
        Masked masked = new Masked(seen::add, SecretMask.of(List.of(secret, key, "abc", "")));
        String text = "x " + secret + " https://user:pa%40ss@host/p https://token@host/ ssh://git@host";
        BuildEvent.Stage stage = new BuildEvent.Stage(0, Optional.of("s"), text);
        BuildEvent.Step step = new BuildEvent.Step(stage, 1, 1, text, "Dockerfile", OptionalInt.empty());
        BuildEvent.Transfer transfer =
                new BuildEvent.Transfer(BuildEvent.Transfer.Direction.PULL, text, text, OptionalLong.empty());
        List.of(
                        new BuildEvent.PlanMade("Dockerfile", List.of(stage), List.of(stage)),
                        new BuildEvent.StageStarted(stage),
                        new BuildEvent.StageFinished(stage, Duration.ZERO),
                        new BuildEvent.StepStarted(step),
                        finished(step),
                        new BuildEvent.StepFailed(step, Duration.ZERO),
                        output(step, text),
                        new BuildEvent.TransferStarted(transfer),
                        new BuildEvent.TransferFinished(transfer, Duration.ZERO),
                        new BuildEvent.TransferSkipped(transfer, text),
                        new BuildEvent.CheckWarning("R", text, "Dockerfile", OptionalInt.empty(), "u"),
                        new BuildEvent.Message(Level.DEBUG, text),
                        new BuildEvent.ImagePushed(text, "d", Duration.ZERO),
                        new BuildEvent.BuildFailed(FailureClass.BUILD, 1, text))
                .forEach(masked::on);
        assertThat(seen)
                .hasSize(14)
                .allSatisfy(event -> assertThat(event.toString())
                        .contains("x *** https://***@host/p https://***@host/ ssh://git@host")
                        .doesNotContain(secret, "pa%40ss", "token"));
        seen.clear();
        masked.on(output(step, "key abcdefghij0123 abc"));
        assertThat(seen).singleElement().asString().contains("key *** abc");
    }
}
