package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int check(String dockerfile, String... more) throws Exception {
        Path context = Files.createDirectories(directory.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        List<String> arguments = Stream.concat(
                        Stream.of("check", "--context=dir://" + context, "--slipway-dir=" + directory.resolve("own")),
                        Stream.of(more))
                .toList();
        Streams streams = new Streams(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Executor(streams, directory, InstantSource.system()).run(arguments, Map.of());
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void tellsWhatIsOddAndWhereAndSucceeds() throws Exception {
        assertThat(check("FROM scratch AS Build\nCMD echo hi\n")).isZero();
        assertThat(out()).contains("Dockerfile:1: StageNameCasing: ").contains("Dockerfile:2: JSONArgsRecommended: ");
        assertThat(err()).isEmpty();
        assertThat(directory.resolve("own")).doesNotExist();
    }

    @Test
    void writesJsonForMachines() throws Exception {
        assertThat(check("FROM scratch AS Build\n", "--format=json")).isZero();
        JsonNode warning = new ObjectMapper().readTree(out()).at("/warnings/0");
        assertThat(warning.path("rule").asText()).isEqualTo("StageNameCasing");
        assertThat(warning.path("line").asInt()).isEqualTo(1);
    }

    @Test
    void saysSoWhereThereIsNothingToSay() throws Exception {
        assertThat(check("FROM scratch\n")).isZero();
        assertThat(out()).isEqualTo("Dockerfile: nothing to say\n");
    }

    @Test
    void endsWithTheDockerfilesCodeWhereTheFileAsksForIt() throws Exception {
        assertThat(check("# check=error=true\nFROM scratch AS Build\n")).isEqualTo(65);
        assertThat(err()).endsWith("(Dockerfile, exit code 65)\n");
    }

    @Test
    void refusesWhatIsNoDockerfile() throws Exception {
        assertThat(check("FROM scratch\nRUUN x\n", "--format=json")).isEqualTo(65);
        assertThat(err()).contains("RUN").contains("Dockerfile:2");
        assertThat(err().lines().toList().getLast()).endsWith("(Dockerfile, exit code 65)");
    }

    @Test
    void isTheSameAsTheFlagOfABuild() throws Exception {
        Path context = Files.createDirectories(directory.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), "FROM scratch\n");
        Streams streams = new Streams(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        List<String> arguments = List.of("--check", "-c", context.toString(), "--slipway-dir=" + directory);
        assertThat(new Executor(streams, directory, InstantSource.system()).run(arguments, Map.of()))
                .isZero();
        assertThat(out()).isEqualTo("Dockerfile: nothing to say\n");
    }

    @Test
    void saysThatTheContextIsMissing() throws Exception {
        assertThat(check("FROM scratch\n", "--context=dir:///nowhere/at/all")).isEqualTo(66);
        assertThat(err()).contains("/nowhere/at/all").endsWith("(context, exit code 66)\n");
    }
}
