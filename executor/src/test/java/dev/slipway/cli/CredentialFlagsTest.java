package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a build finds the credential for a registry that lets in nobody without, and how it introduces itself. */
class CredentialFlagsTest {
    private static final Credentials KNOWN = Credentials.KNOWN;
    private static DockerRegistry registry;

    @AutoClose
    private final CommandLine command =
            new CommandLine().file("Dockerfile", "FROM scratch\nCOPY hello /\n").file("hello", "hi");

    @BeforeAll
    static void start() {
        registry = DockerRegistry.with().withPassword().start();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    private static String destination() {
        return "--destination=" + registry.reference("app:1");
    }

    private void refusesAStranger(CommandLine.Ended ended) {
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(69);
        assertThat(ended.lastLine()).contains("401 Unauthorized", "no credential for it was found");
    }

    /** The places in which podman and skopeo keep what they know. */
    @ParameterizedTest
    @CsvSource({
        "REGISTRY_AUTH_FILE, config.json, config.json",
        "XDG_RUNTIME_DIR, run, run/containers/auth.json",
        "DOCKER_CONFIG, docker, docker/config.json",
        "HOME, home, home/.docker/config.json"
    })
    void aFileThatTheEnvironmentLeadsToLetsABuildIn(String variable, String value, String file) throws IOException {
        refusesAStranger(command.build(destination()));
        Path written = KNOWN.writeDockerConfig(command.path("written"), registry.host());
        Files.createDirectories(command.path(file).getParent());
        Files.copy(written, command.path(file));
        command.variable(variable, command.path(value).toString()).builds(destination());
    }

    private CommandLine.Ended buildWithRobots(EmbeddedRegistry shared, Map<String, Credentials> robots, String... flags)
            throws IOException {
        Map<String, Credentials> places = new HashMap<>();
        robots.forEach((path, robot) -> places.put(shared.reference(path), robot));
        Credentials.writeDockerConfig(command.path("robots"), places);
        return command.variable("DOCKER_CONFIG", command.path("robots").toString())
                .build(flags);
    }

    /** One robot for each path of a host, as Quay and Harbor give them. */
    @Test
    void eachRepositoryIsEnteredByTheCredentialOfTheLongestPathAboveIt() throws IOException {
        Map<String, Credentials> robots = Map.of(
                "base", new Credentials("base+robot", "base-password"),
                "team", new Credentials("team+robot", "team-password"),
                "team/app", new Credentials("app+robot", "app-password"));
        try (EmbeddedRegistry shared = EmbeddedRegistry.startWith(robots)) {
            CommandLine.Ended base = buildWithRobots(shared, robots, "--destination=" + shared.reference("base/os:1"));
            assertThat(base.exitCode()).as("%s", base).isZero();
            command.file("Dockerfile", "FROM " + shared.reference("base/os:1") + "\nCOPY hello /again\n");
            CommandLine.Ended both = buildWithRobots(
                    shared,
                    robots,
                    "--destination=" + shared.reference("team/app:1"),
                    "--destination=" + shared.reference("team/app/nightly:1"),
                    "--destination=" + shared.reference("team/web:1"));
            assertThat(both.exitCode()).as("%s", both).isZero();
            assertThat(shared.count("^PUT /v2/team/(app|app/nightly|web)/manifests/1"))
                    .isEqualTo(3);
        }
    }

    /** What a robot may is no business of a repository whose name only starts like its path. */
    @Test
    void aCredentialOfOnePathIsNotShownToItsSiblings() throws IOException {
        Credentials robot = new Credentials("app+robot", "app-password");
        try (EmbeddedRegistry shared = EmbeddedRegistry.startWith(
                Map.of("team/app", robot, "team/app-two", new Credentials("two+robot", "two-password")))) {
            CommandLine.Ended ended = buildWithRobots(
                    shared, Map.of("team/app", robot), "--destination=" + shared.reference("team/app-two:1"));
            refusesAStranger(ended);
            assertThat(ended.out() + ended.err()).doesNotContain(robot.password());
        }
    }

    private void setKanikosVariables() {
        command.variable("KANIKO_127_0_0_1_USER", KNOWN.user()).variable("KANIKO_127_0_0_1_PASSWORD", KNOWN.password());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--credential-helpers=env", "--credential-helpers=gitlab,env"})
    void aHelperThatIsNamedIsAsked(String flag) {
        setKanikosVariables();
        CommandLine.Ended ended = command.builds(destination(), flag);
        assertThat(ended.out() + ended.err()).doesNotContain(KNOWN.password());
    }

    @Test
    void allHelpersAreAskedUnlessSomeAreNamed() {
        setKanikosVariables();
        command.builds(destination());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--credential-helpers=", "--credential-helpers=gitlab", "--credential-helpers=ecr,acr"})
    void aHelperThatIsNotNamedIsNotAsked(String flag) {
        setKanikosVariables();
        refusesAStranger(command.build(destination(), flag));
    }

    @Test
    void aFileCountsWhateverHelpersAreNamed() throws IOException {
        KNOWN.writeDockerConfig(command.path("docker"), registry.host());
        command.variable("DOCKER_CONFIG", command.path("docker").toString())
                .builds(destination(), "--credential-helpers=");
    }

    @Test
    void aHelperThatDoesNotExistIsRefused() {
        CommandLine.Ended ended = command.build(destination(), "--credential-helpers=vault");
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("\"vault\": write some of env, google, ecr, acr, gitlab");
    }

    @Test
    void theRegistryIsToldWhoAsksAndOnWhoseBehalf() {
        setKanikosVariables();
        command.variable("UPSTREAM_CLIENT_TYPE", "pipeline-of-the-platform-team")
                .builds(destination());
        assertThat(registry.log()).containsPattern("slipway/[^\",]+,pipeline-of-the-platform-team");
    }
}
