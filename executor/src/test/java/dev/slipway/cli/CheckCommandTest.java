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
        return new Executor(new Surroundings(streams, directory, InstantSource.system())).run(arguments, Map.of());
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
        assertThat(out()).isEqualTo("""
            Dockerfile:1: StageNameCasing: the stage name Build has capitals: write build
             1 | FROM scratch AS Build
               |                 ^^^^^
            https://slipway.dev/docs/checks#stagenamecasing

            Dockerfile:2: JSONArgsRecommended: CMD in shell form keeps signals from the program: write it as a JSON array
             2 | CMD echo hi
               | ^^^^^^^^^^^
            https://slipway.dev/docs/checks#jsonargsrecommended

            Dockerfile: 2 findings
            """);
        assertThat(err()).isEmpty();
        assertThat(directory.resolve("own")).doesNotExist();
    }

    @Test
    void writesJsonForMachines() throws Exception {
        assertThat(check("FROM scratch AS Build\n", "--format=json")).isZero();
        JsonNode warning = new ObjectMapper().readTree(out()).at("/warnings/0");
        assertThat(warning.path("rule").asText()).isEqualTo("StageNameCasing");
        assertThat(warning.path("line").asInt()).isEqualTo(1);
        assertThat(warning.path("message").asText()).contains("Build");
        assertThat(warning.path("url").asText()).endsWith("/docs/checks#stagenamecasing");
    }

    @Test
    void writesAStaticAnalysisLogWithAllThatItsSchemaAndGitHubAskFor() throws Exception {
        assertThat(check("FROM scratch AS Build\nFROM scratch AS Other\nCMD x\n", "--format=sarif"))
                .isZero();
        JsonNode log = new ObjectMapper().readTree(out());
        assertThat(log.path("version").asText()).isEqualTo("2.1.0");
        assertThat(log.path("$schema").asText()).endsWith("sarif-2.1.0.json");
        assertThat(log.path("runs")).hasSize(1);
        JsonNode run = log.at("/runs/0");
        assertThat(run.at("/tool/driver/name").asText()).isEqualTo("Slipway");
        assertThat(run.path("columnKind").asText()).isEqualTo("unicodeCodePoints");
        JsonNode rules = run.at("/tool/driver/rules");
        assertThat(rules.findValuesAsText("id")).containsExactly("StageNameCasing", "JSONArgsRecommended");
        rules.forEach(rule -> {
            assertThat(rule.at("/shortDescription/text").asText()).endsWith(".");
            assertThat(rule.at("/help/text").asText()).isNotBlank();
            assertThat(rule.path("helpUri").asText()).startsWith("https://");
        });
        JsonNode results = run.path("results");
        assertThat(results).hasSize(3);
        results.forEach(result -> {
            assertThat(result.at("/message/text").asText()).isNotBlank();
            assertThat(rules.get(result.path("ruleIndex").asInt()).path("id")).isEqualTo(result.path("ruleId"));
            assertThat(result.path("level").asText()).isEqualTo("warning");
            assertThat(result.at("/locations/0/physicalLocation/artifactLocation/uri")
                            .asText())
                    .isEqualTo("context/Dockerfile");
        });
        assertThat(results.findValuesAsText("slipway/v1"))
                .doesNotHaveDuplicates()
                .hasSize(3);
        JsonNode region = results.at("/0/locations/0/physicalLocation/region");
        assertThat(List.of(
                        region.path("startLine").asInt(),
                        region.path("startColumn").asInt(),
                        region.path("endLine").asInt(),
                        region.path("endColumn").asInt()))
                .containsExactly(1, 17, 1, 22);
    }

    @Test
    void writesACodeQualityReportForGitLab() throws Exception {
        assertThat(check("FROM scratch\nENV API_TOKEN=1\n", "--format=gitlab")).isZero();
        JsonNode violation = new ObjectMapper().readTree(out()).get(0);
        assertThat(violation.path("check_name").asText()).isEqualTo("SecretsUsedInArgOrEnv");
        assertThat(violation.path("severity").asText()).isEqualTo("major");
        assertThat(violation.path("description").asText()).contains("API_TOKEN", "#secretsusedinargorenv");
        assertThat(violation.at("/location/path").asText()).isEqualTo("context/Dockerfile");
        assertThat(violation.at("/location/lines/begin").asInt()).isEqualTo(2);
        assertThat(violation.path("fingerprint").asText()).matches("[0-9a-f]{40}");
    }

    @Test
    void aFindingKeepsItsFingerprintWhenLinesAreAddedAboveIt() throws Exception {
        check("FROM scratch\nENV API_TOKEN=1\n", "--format=gitlab");
        JsonNode before = new ObjectMapper().readTree(out()).get(0).path("fingerprint");
        out.reset();
        check("# more\n\nFROM scratch\nENV API_TOKEN=1\n", "--format=gitlab");
        assertThat(new ObjectMapper().readTree(out()).get(0).path("fingerprint"))
                .isEqualTo(before);
    }

    @Test
    void writesAFileThatCantBeBuiltAsAnErrorInEveryFormat() throws Exception {
        assertThat(check("FROM scratch\nRUNN x\n", "--format=sarif")).isEqualTo(65);
        JsonNode result = new ObjectMapper().readTree(out()).at("/runs/0/results/0");
        assertThat(result.path("level").asText()).isEqualTo("error");
        assertThat(result.at("/message/text").asText()).contains("RUNN", "did you mean RUN?");
        out.reset();
        assertThat(check("FROM scratch\nRUNN x\n", "--format=gitlab")).isEqualTo(65);
        assertThat(new ObjectMapper().readTree(out()).at("/0/severity").asText())
                .isEqualTo("blocker");
        out.reset();
        assertThat(check("FROM scratch\nRUNN x\n", "--format=json")).isEqualTo(65);
        JsonNode json = new ObjectMapper().readTree(out());
        assertThat(json.path("warnings")).isEmpty();
        assertThat(json.at("/error/line").asInt()).isEqualTo(2);
    }

    @Test
    void refusesAnUnknownFormatByTheKnownOnes() throws Exception {
        assertThat(check("FROM scratch\n", "--format=xml")).isEqualTo(64);
        assertThat(err()).contains("--format \"xml\": write text, json, sarif or gitlab");
    }

    @Test
    void saysSoWhereThereIsNothingToSay() throws Exception {
        assertThat(check("FROM scratch\n")).isZero();
        assertThat(out()).isEqualTo("Dockerfile: nothing to say\n");
    }

    @Test
    void failsWhereTheFileOrTheCommandLineAsksForIt() throws Exception {
        assertThat(check("# check=error=true\nFROM scratch AS Build\n")).isEqualTo(1);
        assertThat(err())
                .isEqualTo(
                        "error: Dockerfile: 1 finding, and error=true makes them errors (build failed, exit code 1)\n");
        assertThat(check("FROM scratch AS Build\n", "--build-arg=BUILDKIT_DOCKERFILE_CHECK=error=true"))
                .isEqualTo(1);
        assertThat(check("FROM scratch AS Build\n", "--build-arg=BUILDKIT_DOCKERFILE_CHECK=skip=all;error=true"))
                .isZero();
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
        assertThat(new Executor(new Surroundings(streams, directory, InstantSource.system())).run(arguments, Map.of()))
                .isZero();
        assertThat(out()).isEqualTo("Dockerfile: nothing to say\n");
    }

    @Test
    void saysThatTheContextIsMissing() throws Exception {
        assertThat(check("FROM scratch\n", "--context=dir:///nowhere/at/all")).isEqualTo(66);
        assertThat(err()).contains("/nowhere/at/all").endsWith("(context, exit code 66)\n");
    }

    @Test
    void refusesAFileWhoseNamesMeanNothing() throws Exception {
        assertThat(check("FROM scratch AS Build\nCOPY --from=nowhere! / /\n", "--format=json"))
                .isEqualTo(65);
        JsonNode json = new ObjectMapper().readTree(out());
        assertThat(json.at("/warnings/0/rule").asText()).isEqualTo("StageNameCasing");
        assertThat(json.at("/error/line").asInt()).isEqualTo(2);
        assertThat(err()).contains("""
            Dockerfile:2: COPY --from=nowhere! is neither a stage nor an image name
             2 | COPY --from=nowhere! / /
               |             ^^^^^^^^
            """);
    }

    @Test
    void knowsNamedContextsAndPlatforms() throws Exception {
        assertThat(check(
                        "FROM --platform=x86_64 scratch AS amd64\nCOPY --from=Other! / /\n",
                        "--build-context=Other!=" + directory))
                .isZero();
        assertThat(out()).isEqualTo("Dockerfile: nothing to say\n");
        assertThat(check("FROM --platform=foo scratch\n")).isEqualTo(65);
        assertThat(err()).contains("FROM --platform=foo is no platform");
    }

    @Test
    void refusesATargetThatIsNoStage() throws Exception {
        assertThat(check("FROM scratch AS build\n", "--target=biuld")).isEqualTo(65);
        assertThat(err()).contains("--target \"biuld\"").contains("build");
    }
}
