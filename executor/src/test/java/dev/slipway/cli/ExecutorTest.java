package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutorTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return run(Map.of(), arguments);
    }

    private int run(Map<String, String> environment, String... arguments) {
        Streams streams = new Streams(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Executor(new Surroundings(streams, directory, InstantSource.system()))
                .run(List.of(arguments), environment);
    }

    private String lastLine() {
        return err.toString(StandardCharsets.UTF_8).lines().reduce("", (before, line) -> line);
    }

    @Test
    void tellsItsVersion() {
        assertThat(run("version")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).matches("Slipway [0-9]+\\.[0-9]+\\.[0-9]+.*\\n");
    }

    @Test
    void helpNamesEveryFlagWithinTheWidthOfAPage() {
        assertThat(run("--help")).isZero();
        String help = out.toString(StandardCharsets.UTF_8);
        assertThat(FlagTable.flags(FlagTable.BUILD))
                .allSatisfy(flag -> assertThat(help).contains(flag.toString()));
        assertThat(help.lines()).allMatch(line -> line.length() <= 120);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipeline", "report", "diff", "cache"})
    void refusesLaterSubcommandsByName(String command) {
        assertThat(run(command)).isEqualTo(64);
        assertThat(lastLine())
                .isEqualTo(
                        "error: the subcommand \"%s\" is not supported yet (usage, exit code 64)".formatted(command));
    }

    @Test
    void suggestsASubcommand() {
        assertThat(run("chek")).isEqualTo(64);
        assertThat(lastLine()).contains("unknown subcommand \"chek\"; did you mean \"check\"?");
    }

    @Test
    void refusesLaterFlagsByNameUnlessTheyHaveTheirDefault() {
        assertThat(run("--no-push", "--explain-cache")).isEqualTo(64);
        assertThat(lastLine()).contains("--explain-cache is not supported yet");
        assertThat(run("--cache=false", "--materialize=false", "--cache-repo=r/c"))
                .isEqualTo(64);
        assertThat(lastLine()).contains("--destination is missing");
    }

    @Test
    void saysOnceAtDebugWhatMakesNoDifference() {
        run("--snapshot-mode=redo", "--use-new-run", "--verbosity=debug");
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsOnlyOnce(
                        "--use-new-run makes no difference: changes are found by ctime and contents, whatever it says")
                .anyMatch(line -> line.startsWith("--snapshot-mode makes no difference"));
        err.reset();
        run("--snapshot-mode=redo");
        assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("snapshot-mode");
    }

    @Test
    void saysOnceWhichVariablesOfTheForkMakeNoDifference() {
        run(Map.of(
                "FF_KANIKO_COPY_AS_ROOT", "true",
                "FF_KANIKO_RUN_VIA_TINI", "false",
                "KANIKO_TELEMETRY_ENDPOINT", "http://traces.test"));
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .contains(
                        "FF_KANIKO_COPY_AS_ROOT, FF_KANIKO_RUN_VIA_TINI: without effect, since Slipway builds as BuildKit does whatever they say",
                        "warning: KANIKO_TELEMETRY_ENDPOINT: no traces are sent; --progress=json and --report tell how long each step takes");
    }

    @Test
    void refusesUnknownRenderersByTheKnownOnes() {
        assertThat(run("--no-push", "--progress=rainbow")).isEqualTo(64);
        assertThat(lastLine()).contains("--progress \"rainbow\": write auto, plain, tty, json, gitlab or quiet");
    }

    @Test
    void refusesAReportThatCantBeWrittenBeforeItBuilds() {
        assertThat(run("--no-push", "--report=/proc/no/report.html")).isEqualTo(64);
        assertThat(lastLine()).contains("--report \"/proc/no/report.html\" can't be written there");
    }
}
