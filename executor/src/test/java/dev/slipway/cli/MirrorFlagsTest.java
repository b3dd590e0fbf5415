package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where bases come from instead of their own registry, over the whole command line. */
class MirrorFlagsTest {
    private static final String ONLY_THERE = "--skip-default-registry-fallback";

    @AutoClose
    private final CommandLine command = new CommandLine().file("hello", "hi");

    @AutoClose
    private final EmbeddedRegistry origin = EmbeddedRegistry.start();

    @AutoClose
    private final EmbeddedRegistry mirror = EmbeddedRegistry.start();

    private Image base;

    @BeforeEach
    void makeABase() {
        base = ImageBuilder.oci().layer(tar -> tar.file("base", 0644, "base")).writeTo(command.path("base"));
    }

    private void holds(EmbeddedRegistry registry, String repository) {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(base, repository, "1");
        }
        registry.forgetRequests();
    }

    private CommandLine from(String name) {
        return command.file("Dockerfile", "FROM " + name + "\nCOPY hello /\n");
    }

    @ParameterizedTest
    @CsvSource({"busybox:1, library/busybox", "docker.io/grafana/grafana:1, grafana/grafana"})
    void aMirrorStandsBeforeDockerHub(String name, String repository) {
        holds(mirror, repository);
        CommandLine.Ended ended = from(name).builds("--no-push", "--registry-mirror=" + mirror.host(), ONLY_THERE);
        assertThat(ended.err()).contains("is served by " + mirror.host() + "/" + repository);
    }

    @Test
    void aMirrorMayHaveAPathOfItsOwnAndSeveralAreTriedInOrder() {
        holds(mirror, "hub-cache/library/busybox");
        from("busybox:1")
                .builds("--no-push", "--registry-mirrors", origin.host(), mirror.host() + "/hub-cache", ONLY_THERE);
        assertThat(origin.count("HEAD /v2/library/busybox/manifests/1")).isPositive();
    }

    @Test
    void mirrorsAndMapsMayComeFromTheEnvironment() {
        holds(mirror, "library/busybox");
        holds(mirror, "team/base");
        command.variable("KANIKO_REGISTRY_MIRROR", mirror.host())
                .variable("KANIKO_REGISTRY_MAP", "r.example=" + mirror.host())
                .file("Dockerfile", "FROM busybox:1 AS a\nFROM r.example/team/base:1\nCOPY --from=a /base /again\n")
                .builds("--no-push", ONLY_THERE);
    }

    @Test
    void aMapReplacesARegistryOrAPathInOne() {
        holds(mirror, "cache/team/base");
        holds(mirror, "ours/base");
        command.file(
                        "Dockerfile",
                        "FROM r.example/team/base:1 AS a\nFROM s.example/theirs/base:1\nCOPY --from=a /base /again\n")
                .builds(
                        "--no-push",
                        "--registry-map=r.example=" + mirror.host() + "/cache;s.example/theirs=" + mirror.host()
                                + "/ours",
                        ONLY_THERE);
    }

    @Test
    void theRegistryItselfIsAskedLastUnlessThatIsForbidden() {
        holds(origin, "team/base");
        String map = "--registry-map=" + origin.host() + "=" + mirror.host();
        from(origin.reference("team/base:1")).builds("--no-push", map);
        assertThat(mirror.count("/v2/team/base/manifests/1")).isPositive();
        origin.forgetRequests();
        CommandLine.Ended forbidden = command.build("--no-push", map, ONLY_THERE);
        assertThat(forbidden.exitCode()).as("%s", forbidden).isEqualTo(69);
        assertThat(forbidden.lastLine()).contains("Dockerfile:1", mirror.host() + "/v2/team/base/manifests/1");
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void nothingIsPushedToAMirror() {
        holds(mirror, "team/base");
        from(origin.reference("team/base:1"))
                .builds(
                        "--destination=" + origin.reference("team/app:1"),
                        "--registry-map=" + origin.host() + "=" + mirror.host());
        assertThat(origin.count("PUT /v2/team/app/manifests/1")).isOne();
        assertThat(mirror.count("(POST|PUT|PATCH) ")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--registry-map=r.example", "--registry-map=r.example=", "--registry-mirror=http://"})
    void aMapOrMirrorThatNamesNobodyIsRefused(String flag) {
        CommandLine.Ended ended = from("busybox:1").build("--no-push", flag);
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(64);
    }
}
