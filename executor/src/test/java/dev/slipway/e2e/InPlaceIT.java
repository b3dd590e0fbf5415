package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.LayerCompression;
import dev.slipway.fixture.pod.Pod;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.RunningProgram;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What building over the executor's own root, in an unprivileged pod, needs, refuses and leaves behind. */
class InPlaceIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    private final Pod pod = Pod.of(Path.of(System.getProperty("slipway.home")));

    @BeforeEach
    void pushTheBase() {
        pushBase(registry, workspace.path("base"));
    }

    /** A base with links where a pod has its mounts, and where a C library would be looked for: {@code base:1}. */
    static void pushBase(EmbeddedRegistry registry, Path room) {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            Image base = BaseImages.busyboxBuilder()
                    .layer(
                            LayerCompression.GZIP,
                            tar -> tar.directory("run", 0755)
                                    .directory("usr/lib", 0755)
                                    .symlink("lib", "usr/lib")
                                    .symlink("var/run", "/run")
                                    .directory("etc/apk", 0755)
                                    .file("etc/apk/world", 0644, "busybox\n")
                                    .file("etc/hosts", 0644, "127.0.0.1 base\n"))
                    .writeTo(room);
            access.push(base, "base", "1");
        }
    }

    private String base() {
        return registry.reference("base:1");
    }

    @Test
    void needsNothingOfARootThatItReplaced() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            Path busybox = Path.of("/usr/bin/busybox");
            access.push(
                    BaseImages.busyboxBuilder()
                            .layer(
                                    LayerCompression.GZIP,
                                    tar -> tar.opaque("bin").copy("opt/busybox", 0755, busybox))
                            .writeTo(workspace.path("shellless")),
                    "shellless",
                    "1");
        }
        workspace.dockerfile("""
                FROM %s
                RUN ["/opt/busybox", "mkdir", "/made"]
                FROM %s
                RUN ! grep -q base /etc/hosts && ls /bin/sh
                COPY --from=0 /made /made
                """.formatted(registry.reference("shellless:1"), base()));

        Completed done = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .executor("--insecure", "--insecure-pull", "--destination", registry.reference("app:1"))
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(PulledImage.from(registry.reference("app:1"), workspace.path("pulled"))
                        .has("made"))
                .isTrue();
    }

    @Test
    void runsOnOverABaseWithAnotherCLibrary() {
        workspace.shell("""
                mkdir -p musl/lib && cp -L /lib/ld-musl-x86_64.so.1 musl/lib/
                echo 'int puts(const char*); int main() { return puts("musl speaks") < 0; }' > musl.c
                musl-gcc -o musl/speak musl.c && tar -C musl -cf context/musl.tar .
                """);
        workspace.dockerfile("""
                        FROM scratch AS musl
                        ADD musl.tar /
                        RUN ["/speak"]
                        FROM %s
                        ADD musl.tar /
                        RUN /speak && ls /etc > /seen
                        COPY --from=musl /speak /spoke
                        """.formatted(base()));

        Completed done = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .executor("--insecure", "--insecure-pull", "--destination", registry.reference("musl:1"))
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err()).contains("| musl speaks");
        assertThat(PulledImage.from(registry.reference("musl:1"), workspace.path("pulled"))
                        .has("spoke"))
                .isTrue();
    }

    @Test
    void buildsAnImageThatHoldsTheExecutorFromAPlaceOfItsOwn() {
        workspace.dockerfile("""
                FROM %1$s AS own
                RUN mkdir -p /slipway/bin /kaniko && echo new > /slipway/bin/executor && ln -s /slipway/bin/executor /kaniko/executor
                FROM %1$s
                COPY --from=own /slipway /slipway
                COPY --from=own /kaniko /kaniko
                RUN cat /kaniko/executor && chmod 755 /slipway/bin/executor
                """.formatted(base()));

        Completed done = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .shell("""
                        mkdir /elsewhere && cp -a /slipway/. /elsewhere
                        exec /elsewhere/bin/executor --slipway-dir /elsewhere/own --kaniko-dir /elsewhere/own --pre-cleanup \
                            --insecure --insecure-pull --destination %s
                        """.formatted(registry.reference("self:1")))
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err()).contains("| new");
        PulledImage image = PulledImage.from(registry.reference("self:1"), workspace.path("pulled"));
        assertThat(image.file("slipway/bin/executor").modeAndOwner()).isEqualTo("755 0:0");
        assertThat(image.file("kaniko/executor").linkName()).isEqualTo("/slipway/bin/executor");
    }

    @Test
    void leavesAContainerThatBuildsAgainAfterAFailureAndAKill() {
        workspace
                .file("good/Dockerfile", """
                        FROM %s AS a
                        RUN echo a > /a
                        FROM %s AS b
                        RUN echo b > /b
                        FROM %s
                        COPY --from=a /a /
                        COPY --from=b /b /
                        RUN cat /a /b && ! ls /stray
                        """.formatted(base(), base(), base()))
                .file("bad/Dockerfile", "FROM %s\nRUN touch /stray && exit 42\n".formatted(base()))
                .file("slow/Dockerfile", "FROM %s\nRUN touch /stray && echo started && sleep 600\n".formatted(base()));

        Completed done = pod.withCopy(workspace.context(), "/home/j/ws")
                .withMount(workspace.path(), "/out")
                .in("/home/j/ws")
                .shell("""
                        build() { /kaniko/executor --reproducible --insecure-pull --no-push --context "dir:///home/j/ws/$1" --tar-path "/out/$2.tar"; }
                        build good first
                        build bad none || echo "bad: $?"
                        /kaniko/executor --insecure-pull --no-push --context dir:///home/j/ws/slow > /slipway/log 2>&1 & pid=$!
                        until grep -q 'started$' /slipway/log; do sleep 0.2; done
                        kill -9 $pid; wait $pid || echo "killed: $?"
                        build good second
                        ls /out; cat good/Dockerfile; ls /
                        """)
                .within(Duration.ofSeconds(200))
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out().lines())
                .contains("bad: 42", "killed: 137", "first.tar", "second.tar", "FROM %s AS a".formatted(base()))
                .doesNotContain("stray", "bin", "a", "b");
        assertThat(workspace.diffIds("second.tar"))
                .as("as in a fresh container")
                .isEqualTo(workspace.diffIds("first.tar"));
    }

    @Test
    void asksBeforeItRemovesTheFilesOfAForeignImageAndPutsThemBackOnDemand() throws IOException {
        workspace.dockerfile("FROM %s\nRUN ! ls /etc/foreign\n".formatted(base()));
        Path foreign = Files.createDirectories(workspace.path("foreign/etc")).resolve("foreign");
        Files.writeString(foreign, "precious");
        Pod copied = pod.onto(workspace.path("foreign")).withReadOnlyMount(workspace.context(), "/workspace");

        Completed refused = copied.executor("--insecure-pull", "--no-push").run();
        assertThat(refused.exitCode()).as("%s", refused).isEqualTo(64);
        assertThat(refused.lastErrorLine()).contains("\"/etc/foreign\"", "--pre-cleanup");

        Completed done = copied.shell("""
                executor --insecure-pull --no-push --preserve-context
                cat /etc/foreign && echo
                KANIKO_PRE_CLEANUP=true executor --insecure-pull --no-push
                ls /etc
                """).run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out().lines()).contains("precious").doesNotContain("foreign");
    }

    @Test
    void leavesWhatItWroteForLaterStepsWhereverThatIs() {
        workspace.dockerfile("FROM %s\nRUN echo made > /made\n".formatted(base()));

        Completed done = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .shell("""
                        executor --insecure --insecure-pull --destination %s --digest-file /by/job/a=b \
                            --image-name-with-digest-file /dev/termination-log \
                            --result IMAGE_URL=/by/job/url --dotenv /by/job/env --report /by/job/report.html \
                            --tar-path /by/job/image.tar --sbom spdx,file=/by/job/bill=1.json
                        cat /by/job/a=b && echo && cat /dev/termination-log && cat /by/job/url && echo && cat /by/job/env
                        grep -c '</html>' /by/job/report.html && grep -c SPDXRef /by/job/bill=1.json && tar -tf /by/job/image.tar
                        """.formatted(registry.reference("app:1")))
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out().lines())
                .contains(registry.reference("app:1"), "IMAGE_URL=" + registry.reference("app:1"), "manifest.json")
                .anyMatch(line -> line.matches("sha256:[0-9a-f]{64}"))
                .anyMatch(line -> line.matches(registry.reference("app@") + "sha256:[0-9a-f]{64}"));
    }

    @Test
    void refusesToWriteOverWhatItNeeds() {
        workspace.dockerfile("FROM scratch\nCOPY Dockerfile /slipway/bin/executor\nRUN [\"/x\"]\n");

        Completed done = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .executor("--no-push")
                .run();

        assertThat(done.exitCode()).as("%s", done).isEqualTo(71);
        assertThat(done.lastErrorLine()).contains("slipway/bin/executor", "in place");
    }

    @Test
    void endsWhatACommandLeavesBehind() {
        workspace.dockerfile("""
                FROM %s
                RUN (sleep 998 &) ; setsid sleep 999 & echo left > /first
                RUN ! ps | grep 'sleep 99[89]' | grep -v grep
                RUN (sleep 0.1 &); sleep 0.6; ! ps | grep '\\[slee[p]\\]'
                RUN echo slow && sleep 600
                """.formatted(base()));

        try (RunningProgram build = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .executor("--insecure-pull", "--no-push")
                .start()) {
            build.awaitText("| slow", SOON);
            build.signal("TERM");
            Completed done = build.await();
            assertThat(done.exitCode()).as("%s", done).isEqualTo(143);
            assertThat(done.err()).contains("the build was ended by SIGTERM");
        }
    }

    @Test
    void endsRatherThanGiveAnotherImageWhereACapabilityIsMissing() {
        workspace.dockerfile("FROM %s\nRUN --network=none true\n".formatted(base()));
        Pod small = pod.withReadOnlyMount(workspace.context(), "/workspace");

        Completed offline = small.executor("--insecure-pull", "--no-push").run();
        assertThat(offline.exitCode()).as("%s", offline).isEqualTo(71);
        assertThat(offline.lastErrorLine()).contains("Dockerfile:2", "--network=none");

        workspace.dockerfile("FROM %s\nRUN true\nCOPY --chown=5:6 Dockerfile /x\n".formatted(base()));
        Completed foreign =
                small.dropping("CHOWN").executor("--insecure-pull", "--no-push").run();
        assertThat(foreign.exitCode()).as("%s", foreign).isEqualTo(71);
        assertThat(foreign.lastErrorLine()).contains("CAP_CHOWN");
        assertThat(foreign.err()).contains("this container lacks capabilities that steps may need: CAP_CHOWN");

        Completed doctor = small.dropping("SETFCAP").executor("doctor").run();
        assertThat(doctor.out())
                .containsPattern("yes +in-place")
                .containsPattern("no +overlay .*CAP_SYS_ADMIN")
                .containsPattern("no +CAP_SETFCAP +without it")
                .containsPattern("yes +container");
    }

    /** What a flag asks of every RUN, and a RUN of itself: another image would come of leaving it out. */
    @Test
    void namesTheFlagThatAPodCannotHonour() {
        workspace.dockerfile("FROM %s\nRUN true\n".formatted(base()));
        workspace.file("Insecure", "FROM %s\nRUN --security=insecure true\n".formatted(base()));

        Completed done = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .shell("""
                        for flags in --network=none --hostname=builder --shm-size=128m \
                            '--dockerfile=Insecure --allow=security.insecure'; do
                          code=0
                          executor --insecure-pull --no-push $flags >&2 || code=$?
                          echo "$flags ends with $code"
                        done
                        """)
                .run();

        assertThat(done.out().lines())
                .as("%s", done)
                .containsExactly(
                        "--network=none ends with 71",
                        "--hostname=builder ends with 71",
                        "--shm-size=128m ends with 71",
                        "--dockerfile=Insecure --allow=security.insecure ends with 71");
        assertThat(done.err().lines().filter(line -> line.endsWith("(environment, exit code 71)")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("Dockerfile:2", "leave --network=none out"),
                        line -> assertThat(line).contains("Dockerfile:2", "leave --hostname and"),
                        line -> assertThat(line).contains("Dockerfile:2", "leave --shm-size out"),
                        line -> assertThat(line).contains("Insecure:2", "--security=insecure"));
    }

    @Test
    void leavesTheTargetsFilesystemOnDemand() {
        workspace.dockerfile("FROM %s\nRUN echo made > /made\n".formatted(base()));

        Completed done = pod.withReadOnlyMount(workspace.context(), "/workspace")
                .shell(
                        "executor --insecure-pull --no-push --materialize; cat /made; ls /bin/sh; executor --insecure-pull --no-push --cleanup; ls / /slipway/work")
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out().lines()).contains("made", "/bin/sh").doesNotContain("bin", "store");
    }
}
