package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What would be built, told before it is; and several targets of one file. */
class PlanCommandTest {
    private static final String DOCKERFILE = """
            FROM base AS build
            RUN make \\
                all
            COPY --from=tools /tool /tool

            FROM build AS test
            RUN make test

            FROM scratch AS app
            COPY --from=build /app /app
            COPY hello /
            """;

    @AutoClose
    private final CommandLine command = new CommandLine().file("hello", "hi");

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    private Image base;

    @BeforeEach
    void pushTheBase() {
        base = ImageBuilder.oci()
                .onBuild("LABEL by=trigger")
                .layer(tar -> tar.file("tool", 0755, "t").file("app", 0755, "a"))
                .writeTo(command.path("base"));
        access.push(base, "library/base", "latest");
        registry.forgetRequests();
    }

    private String[] flags(String... more) {
        List<String> flags = new ArrayList<>(List.of(
                "--context=dir://" + command.path("context"),
                "--slipway-dir=" + command.path("own"),
                "--registry-mirror=" + registry.host(),
                "--insecure-registry=" + registry.host(),
                "--build-context=tools=dir://" + command.path("context")));
        flags.addAll(List.of(more));
        return flags.toArray(String[]::new);
    }

    private String[] with(String first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(flags(more)));
        return all.toArray(String[]::new);
    }

    @Test
    void namesStagesBasesAndInstructionsAndWhatIsLeftOut() {
        command.file("Dockerfile", DOCKERFILE);
        String plan = command.succeeds(with("plan", "--platform=linux/amd64")).out();
        assertThat(plan).isEqualTo("""
                Dockerfile for linux/amd64: 2 of 3 stages

                stage 0 (build), line 1
                        FROM base, %s, 1 layer
                        LABEL by=trigger   [ONBUILD]
                      2 RUN make     all
                      4 COPY --from=tools /tool /tool
                          <- context tools, %s

                stage 2 (app), line 9: the image
                        FROM scratch
                     10 COPY --from=build /app /app
                          <- stage 0 (build)
                     11 COPY hello /

                stage 1 (test), line 6: not built
                """.formatted(base.digest(), command.path("context")));
        assertThat(command.path("own")).doesNotExist();
    }

    @Test
    void isMadeOfAChainOfStagesThatIsLongerThanTheCallStackIsDeep() {
        StringBuilder chain = new StringBuilder("FROM scratch AS s0\n");
        for (int i = 1; i < 20_000; i++) {
            chain.append(
                    i % 2 == 0
                            ? "FROM s%d AS s%d\n".formatted(i - 1, i)
                            : "FROM scratch AS s%d\nCOPY --from=s%d / /\n".formatted(i, i - 1));
        }
        command.file("Dockerfile", chain.toString());
        assertThat(command.succeeds(with("plan", "--platform=linux/amd64")).out())
                .startsWith("Dockerfile for linux/amd64: 20000 of 20000 stages\n");
    }

    @Test
    void isWrittenAsJsonForEachPlatform() throws IOException {
        command.file("Dockerfile", DOCKERFILE);
        JsonNode plans = new ObjectMapper()
                .readTree(command.succeeds(with("plan", "--format=json", "--platform=linux/amd64,linux/386"))
                        .out())
                .path("plans");
        assertThat(plans).hasSize(2);
        JsonNode plan = plans.get(0);
        assertThat(plan.path("platform").asText()).isEqualTo("linux/amd64");
        assertThat(plan.at("/stages/0/base/kind").asText()).isEqualTo("image");
        assertThat(plan.at("/stages/0/base/digest").asText()).isEqualTo(base.digest());
        assertThat(plan.at("/stages/0/image").asBoolean()).isFalse();
        assertThat(plan.at("/stages/0/instructions/0/trigger").asBoolean()).isTrue();
        assertThat(plan.at("/stages/1/name").asText()).isEqualTo("app");
        assertThat(plan.at("/stages/1/image").asBoolean()).isTrue();
        assertThat(plan.at("/stages/1/instructions/0/sources/0/index").asInt()).isZero();
        assertThat(plan.at("/skipped/0/name").asText()).isEqualTo("test");
    }

    @Test
    void aDryRunPrintsThePlanAndPushesNothing() {
        command.file("Dockerfile", DOCKERFILE);
        String plan = command.succeeds(flags("--dryrun", "--destination=" + registry.reference("app:1")))
                .out();
        assertThat(plan).contains("2 of 3 stages", "stage 1 (test), line 6: not built");
        assertThat(access.findManifest("app", "1")).isEmpty();
        assertThat(registry.requests()).allMatch(request -> !request.method().matches("POST|PUT|PATCH"));
    }

    @Test
    void theVariableOfTheSamePrintsThePlanAndBuilds() {
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\n").variable("KANIKO_PRINT_PLAN", "true");
        String plan = command.succeeds(flags("--destination=" + registry.reference("app:1"), "--insecure"))
                .out();
        assertThat(plan).contains("1 of 1 stage", "2 COPY hello /");
        assertThat(access.findManifest("app", "1")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=text", "--format=json"})
    void aContextElsewhereIsShownWithoutItsPasswordAndSignature(String format) {
        command.file("Dockerfile", "FROM scratch\nCOPY --from=src /a /\nCOPY --from=code /b /\n");
        String plan = command.succeeds(with(
                        "plan",
                        format,
                        "--build-context=src=HTTPS://u:marker@host.example/src.tar.gz?sig=marker",
                        "--build-context=code=https://marker@host.example/code.git#main:lib"))
                .out();
        assertThat(plan)
                .contains("HTTPS://host.example/src.tar.gz", "https://host.example/code.git#main:lib")
                .doesNotContain("marker");
    }

    @Test
    void aContextThatIsNoneIsRefusedWithItsName() {
        command.file("Dockerfile", "FROM scratch\nCOPY --from=src /a /\n");
        CommandLine.Ended ended = command.run(with("plan", "--build-context=src=https://host.example/\0"));
        assertThat(ended.exitCode()).isEqualTo(66);
        assertThat(ended.lastLine()).contains("Dockerfile:2", "--build-context src", "NUL");
    }

    @Test
    void aVariableThatIsNeitherTrueNorFalseIsRefusedBeforeTheContextIsRead() {
        CommandLine.Ended ended = command.variable("KANIKO_PRINT_PLAN", "perhaps")
                .run("--context=dir://" + command.path("none"), "--no-push");
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("KANIKO_PRINT_PLAN=perhaps: write true or false");
    }

    @Test
    void whatTheBuildWouldRefuseThePlanRefuses() {
        command.file("Dockerfile", "FROM scratch\nCOPY --from=7 a b\n");
        CommandLine.Ended ended = command.run(with("plan"));
        assertThat(ended.exitCode()).isEqualTo(65);
        assertThat(ended.lastLine()).contains("Dockerfile:2", "no stage 7");
        assertThat(command.run(with("plan", "--format=sarif")).lastLine()).contains("text or json");
    }

    @Test
    void allTargetsAreBuiltAndTheFirstIsPushed() {
        command.file("Dockerfile", """
                FROM scratch AS one
                COPY hello /one
                FROM scratch AS two
                COPY hello /two
                FROM scratch AS three
                COPY missing /three
                """);
        CommandLine.Ended built = command.succeeds(
                flags("--target=two,one", "--destination=" + registry.reference("app:1"), "--insecure"));
        assertThat(built.err()).contains("COPY hello /one", "COPY hello /two");
        JsonNode config = access.config("app", access.manifest("app", "1"));
        assertThat(config.at("/history/0/created_by").asText()).contains("/two");
        CommandLine.Ended failed = command.run(
                flags("--target=two", "--target=three", "--destination=" + registry.reference("app:2"), "--insecure"));
        assertThat(failed.exitCode()).isEqualTo(66);
        assertThat(failed.lastLine()).contains("Dockerfile:6", "missing");
        assertThat(access.findManifest("app", "2"))
                .as("one that is not to be pushed failed")
                .isEmpty();
    }
}
