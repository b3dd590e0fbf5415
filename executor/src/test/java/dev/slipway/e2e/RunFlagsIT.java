package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.RunningProgram;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line gives to RUN: agents, secrets, limits, names, and shared caches. */
class RunFlagsIT {
    private static final Workspace BASES = new Workspace();
    private static final EmbeddedRegistry REGISTRY = EmbeddedRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    @BeforeAll
    static void pushTheBases() {
        try (RegistryAccess access = RegistryAccess.to(REGISTRY)) {
            access.push(BaseImages.busybox(BASES.path("busybox")), "library/busybox", "latest");
            access.push(BaseImages.machineShell(BASES.path("ssh"), "ssh-add"), "library/ssh", "latest");
        }
    }

    @AfterAll
    static void stop() {
        REGISTRY.close();
        BASES.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void aCommandUsesTheKeyOfAnAgentAndNothingOfItStays(String isolation) {
        workspace.shell("ssh-keygen -q -t ed25519 -N '' -C deploy -f key").dockerfile("""
                FROM ssh
                RUN --mount=type=ssh ssh-add -L > /keys; stat -c '%F %a %u' "$SSH_AUTH_SOCK" >> /keys
                RUN --mount=type=ssh,id=other,required=false test ! -S "$SSH_AUTH_SOCK"
                RUN test -z "$SSH_AUTH_SOCK"; test ! -e /run/buildkit
                RUN --mount=type=ssh,target=/a/sock,uid=65534,mode=0666 test "$SSH_AUTH_SOCK" = /a/sock; stat -c '%a %u' /a/sock >> /keys
                USER nobody
                RUN --mount=type=ssh,required=true,uid=65534 ssh-add -l
                """);
        PulledImage image = image(isolation, "--ssh", "default=" + workspace.path("key"));
        assertThat(image.file("keys").content().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("ssh-ed25519 ").endsWith("deploy"),
                        line -> assertThat(line).isEqualTo("socket 600 0"),
                        line -> assertThat(line).isEqualTo("666 65534"));
        assertThat(image.has("run/buildkit")).isFalse();
        assertThat(image.has("a")).isFalse();
    }

    @Test
    void theAgentOfTheCallerIsForwarded() {
        workspace.shell("ssh-keygen -q -t ed25519 -N '' -C mine -f key").dockerfile("""
                FROM ssh
                RUN --mount=type=ssh ssh-add -L > /keys
                """);
        String socket = workspace.path("agent").toString();
        try (RunningProgram agent = Program.of("ssh-agent", "-D", "-a", socket).start()) {
            agent.awaitText("SSH_AUTH_SOCK", Duration.ofSeconds(20));
            workspace.shell("SSH_AUTH_SOCK=" + socket + " ssh-add -q key");
            Completed done = build("--ssh", "default")
                    .withVariable("SSH_AUTH_SOCK", socket)
                    .run();
            assertThat(done.exitCode()).as("%s", done).isZero();
        }
        assertThat(PulledImage.of(Image.only(workspace.path("out")))
                        .file("keys")
                        .content())
                .endsWith("mine\n");
    }

    @Test
    void anAgentThatIsNeededAndNotGivenEndsTheBuild() {
        workspace.dockerfile("FROM busybox\nRUN --mount=type=ssh,required=true true\n");
        workspace.fails(64, build(), "Dockerfile:2", "ssh agent \"default\"", "--ssh default");
        workspace.fails(64, build("--ssh", "default=gone"), "gone", "no such file");
        workspace.fails(
                64, build("--ssh", "default").withVariable("SSH_AUTH_SOCK", ""), "--ssh \"default\"", "SSH_AUTH_SOCK");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void limitsNamesAndSharedMemoryAreAsAsked(String isolation) {
        workspace.dockerfile("""
                FROM busybox
                RUN { ulimit -Sn; ulimit -Hn; df -k /dev/shm | awk 'END {print $2}'; hostname; } > /facts
                RUN grep -w added.example /etc/hosts >> /facts
                """);
        PulledImage image = image(
                isolation,
                "--ulimit",
                "nofile=100:200",
                "--shm-size=3m",
                "--hostname",
                "build-host",
                "--add-host",
                "added.example:192.0.2.1");
        assertThat(image.file("facts").content().lines())
                .containsExactly("100", "200", "3072", "build-host", "192.0.2.1\tadded.example");
    }

    @Test
    void commandsUseTheProxiesOfDockersConfigAndNothingOfThemStays() {
        workspace
                .shell("mkdir docker; printf '%s' '{\"proxies\":{\"default\":{\"httpProxy\":\"http://proxy.test:3128\","
                        + "\"httpsProxy\":\"http://proxy.test:3129\",\"noProxy\":\"127.0.0.1,in.test\"}}}'"
                        + " > docker/config.json")
                .dockerfile("""
                FROM busybox
                RUN env | grep -i proxy | sort > /seen
                """);
        PulledImage image = image(build("--isolation=overlay", "--build-arg", "https_proxy=http://given.test")
                .withVariable("DOCKER_CONFIG", workspace.path("docker").toString()));
        assertThat(image.file("seen").content().lines())
                .containsExactly(
                        "HTTPS_PROXY=http://given.test",
                        "HTTP_PROXY=http://proxy.test:3128",
                        "NO_PROXY=127.0.0.1,in.test",
                        "http_proxy=http://proxy.test:3128",
                        "https_proxy=http://given.test",
                        "no_proxy=127.0.0.1,in.test");
        assertThat(Image.only(workspace.path("out")).config().toString()).doesNotContain(".test");
    }

    @Test
    void anInsecureStepTakesLeave() {
        workspace.dockerfile("""
                # syntax=docker/dockerfile:1-labs
                FROM busybox
                RUN --security=insecure mkdir /m && mount -t tmpfs none /m && echo done > /done
                RUN ! mount -t tmpfs none /m
                """);
        workspace.fails(65, build(), "Dockerfile:3", "--security=insecure", "--allow security.insecure");
        workspace.fails(64, build("--allow", "everything"), "--allow \"everything\"", "security.insecure");
        assertThat(image("overlay", "--allow", "security.insecure").has("done")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void secretsComeFromFilesAndVariables(String isolation) {
        workspace.file("../token", "from a file").dockerfile("""
                FROM busybox
                RUN --mount=type=secret,id=token cp /run/secrets/token /token; stat -c '%a %u' /run/secrets/token > /facts
                RUN --mount=type=secret,id=variable,env=VALUE test ! -e /run/secrets/variable; echo "$VALUE" >> /facts
                RUN --mount=type=secret,id=NAMED cat /run/secrets/NAMED >> /facts
                RUN --mount=type=secret,id=typed,target=/t,mode=0444,uid=7 cat /t >> /facts; stat -c '%a %u' /t >> /facts
                RUN test -z "$VALUE"; test ! -e /run/secrets
                """);
        Completed done = build(
                        "--isolation=" + isolation,
                        "--secret",
                        "id=token,src=" + workspace.path("token"),
                        "--secret",
                        "id=variable,env=FROM_HERE",
                        "--secret",
                        "id=NAMED",
                        "--secret",
                        "type=env,id=typed,src=FROM_HERE")
                .withVariable("FROM_HERE", "of a variable")
                .withVariable("NAMED", "by its name\n")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err()).doesNotContain("of a variable");
        PulledImage image = PulledImage.of(Image.only(workspace.path("out")));
        assertThat(image.file("token").content()).isEqualTo("from a file");
        assertThat(image.file("facts").content()).isEqualTo("400 0\nof a variable\nby its name\nof a variable444 7\n");
        assertThat(image.has("run/secrets")).isFalse();
        assertThat(image.image().config().toString()).doesNotContain("of a variable", "by its name");
    }

    /** Three executors at once: a locked cache is never seen half done, a private one never shared. */
    @ParameterizedTest
    @ValueSource(strings = {"locked", "private", "shared"})
    void cachesAreSharedAmongExecutorsAsTheirMountsSay(String sharing) {
        workspace.dockerfile("""
                FROM busybox
                ARG WHO
                RUN --mount=type=cache,target=/c,sharing=%s \\
                    ls /c > /before; touch /c/begun-$WHO; sleep 0.5; rm /c/begun-$WHO; echo $WHO >> /c/log; cp /c/log /log
                """.formatted(sharing));
        List<RunningProgram> running = new ArrayList<>();
        try {
            for (String who : List.of("a", "b", "c")) {
                running.add(workspace
                        .build("--registry-mirror", REGISTRY.host(), "--insecure-registry", REGISTRY.host())
                        .with("--no-push", "--build-arg", "WHO=" + who)
                        .with("--oci-layout-path", workspace.path("out-" + who).toString())
                        .start());
            }
            running.forEach(each -> each.await().orThrow());
        } finally {
            running.forEach(RunningProgram::close);
        }
        List<String> logs = new ArrayList<>();
        List<String> before = new ArrayList<>();
        for (String who : List.of("a", "b", "c")) {
            PulledImage image = PulledImage.of(Image.only(workspace.path("out-" + who)));
            logs.add(image.file("log").content());
            before.add(image.file("before").content());
        }
        switch (sharing) {
            case "locked" -> {
                assertThat(before).allSatisfy(listing -> assertThat(listing).doesNotContain("begun"));
                assertThat(logs.stream().map(log -> log.lines().count()).sorted())
                        .containsExactly(1L, 2L, 3L);
            }
            case "private" ->
                assertThat(before).allSatisfy(listing -> assertThat(listing).doesNotContain("begun"));
            default ->
                assertThat(logs.stream().mapToLong(log -> log.lines().count()).max())
                        .hasValue(3);
        }
    }

    private Program build(String... arguments) {
        return workspace
                .build("--registry-mirror", REGISTRY.host(), "--insecure-registry", REGISTRY.host())
                .with("--no-push", "--oci-layout-path", workspace.path("out").toString())
                .with(arguments);
    }

    private PulledImage image(String isolation, String... arguments) {
        return image(build("--isolation=" + isolation).with(arguments));
    }

    private PulledImage image(Program build) {
        Completed done = build.run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        workspace.assertNothingIsLeft();
        return PulledImage.of(Image.only(workspace.path("out")));
    }
}
