package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.pod.Pod;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RUN's mounts in a pod that can mount nothing: targets in odd places, and sockets for others than root (pains 68). */
class InPlaceMountsIT {
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

    @Test
    void belowAnotherMountOfThePodACacheIsCopiedThereAndBack() {
        workspace.dockerfile("""
                FROM busybox
                RUN --mount=type=cache,target=/data/cache echo kept > /data/cache/f && echo 1 > /one
                RUN test ! -e /data/cache/f
                RUN --mount=type=cache,target=/data/cache cat /data/cache/f > /seen
                """);
        PulledImage image = image(workspace.pod().withEmptyDir("/data"));
        assertThat(image.file("seen").content()).isEqualTo("kept\n");
        assertThat(image.has("data/cache")).isFalse();
    }

    @Test
    void whereThePodItselfHasAMountNothingCanMakeRoom() {
        workspace.dockerfile("FROM busybox\nRUN --mount=type=cache,target=/data true\n");
        workspace.fails(
                71,
                build(workspace.pod().withEmptyDir("/data")),
                "Dockerfile:2",
                "/data",
                "the pod has something mounted there",
                "choose another target");
    }

    @Test
    void whatACommandPutsInThePlaceOfACacheIsNeverKeptForIt() {
        workspace.dockerfile("""
                FROM busybox
                RUN --mount=type=cache,target=/c echo 1 > /c/f
                RUN --mount=type=cache,target=/c test -e /c/f && rm -rf /c && ln -s /etc /c
                RUN --mount=type=cache,target=/c test ! -L /c && ls /c | wc -l > /count && echo 2 > /c/g
                RUN --mount=type=cache,target=/c rm -rf /c
                RUN --mount=type=cache,target=/c ls /c | wc -l >> /count
                """);
        PulledImage image = image(workspace.pod());
        assertThat(image.file("count").content()).isEqualTo("0\n0\n");
        assertThat(image.has("c")).isFalse();
    }

    @Test
    void linksOnTheWayToATargetAreFollowedAndStay() {
        workspace.file("f", "of the context\n").dockerfile("""
                FROM busybox
                RUN mkdir -p /real/dir && echo under > /real/dir/under && ln -s real /link && ln -s nowhere /dangling
                RUN --mount=type=cache,target=/link/dir --mount=type=bind,source=f,target=/link/f \\
                    --mount=type=tmpfs,target=/dangling/t \\
                    test ! -e /real/dir/under && cat /real/f > /seen && echo c > /real/dir/c && touch /dangling/t/x
                RUN cat /real/dir/under && test ! -e /real/dir/c && test ! -e /real/f
                """);
        PulledImage image = image(workspace.pod());
        assertThat(image.file("link").linkName()).isEqualTo("real");
        assertThat(image.file("dangling").linkName()).isEqualTo("nowhere");
        assertThat(image.file("seen").content()).isEqualTo("of the context\n");
        assertThat(image.file("real/dir/under").content()).isEqualTo("under\n");
        assertThat(image.has("nowhere")).isFalse();
        assertThat(image.last().names()).isEmpty();
    }

    @Test
    void directoriesThatSeveralMountsCoverAreBackAfterwards() {
        workspace.file("a/f", "of a\n").file("b/f", "of b\n").dockerfile("""
                FROM busybox
                RUN mkdir -p /one/deep /two && echo 1 > /one/deep/x && echo 2 > /two/x
                RUN --mount=type=bind,source=a,target=/one --mount=type=bind,source=b,target=/two cat /one/f /two/f > /seen
                RUN --mount=type=cache,target=/one --mount=type=bind,source=b,target=/two cat /two/f >> /seen && touch /one/c
                RUN --mount=type=cache,target=/one --mount=type=tmpfs,target=/two ls /one /two >> /seen; false || true
                RUN cat /one/deep/x /two/x >> /seen
                """);
        PulledImage image = image(workspace.pod());
        assertThat(image.file("seen").content().lines())
                .containsExactly("of a", "of b", "of b", "/one:", "c", "", "/two:", "1", "2");
        assertThat(image.has("one/c")).isFalse();
        assertThat(image.has("one/f")).isFalse();
    }

    /** Where the work directory is on another file system than the root, and where it is on the same. */
    @Test
    void anAgentIsReachedByAUserWhoIsNotRoot() {
        workspace
                .shell("chmod 711 .; ssh-keygen -q -t ed25519 -N '' -C deploy -f key")
                .dockerfile("""
                FROM ssh
                USER nobody
                RUN --mount=type=ssh,uid=65534 ssh-add -L > /tmp/keys
                RUN test -z "$SSH_AUTH_SOCK" && test ! -e /run/buildkit
                """);
        Pod pod = workspace.pod();
        String key = "default=" + workspace.path("key");
        PulledImage image = image(pod, "--ssh", key);
        assertThat(image.file("tmp/keys").content()).endsWith("deploy\n");
        assertThat(image.has("run/buildkit")).isFalse();
        Completed done = pod.executor("--context", "dir://" + workspace.context(), "--isolation", "in-place")
                .with("--registry-mirror", REGISTRY.host(), "--insecure-registry", REGISTRY.host())
                .with("--no-push", "--ssh", key)
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
    }

    @Test
    void laysMountsDownAsFilesAndLeavesNoTraceOfThem() throws IOException {
        Files.writeString(workspace.path("token"), "marker-7f");
        workspace.dockerfile("""
                        FROM busybox
                        RUN mkdir -p /src && echo under > /src/under
                        RUN --mount=type=bind,target=/src --mount=type=cache,target=/root/.cache \\
                            --mount=type=secret,id=token,target=/run/keys/token --mount=type=tmpfs,target=/scratch \\
                            grep -q marker /run/keys/token && test -f /src/file && ! ls /src/under \\
                            && echo kept > /root/.cache/kept && touch /scratch/x && echo > /done
                        RUN --mount=type=cache,target=/root/.cache cat /root/.cache/kept && touch /again
                        RUN --mount=type=secret,id=token ! grep marker /run/secrets/token
                        """).file("file", "content");

        Completed done = workspace
                .pod()
                .withReadOnlyMount(workspace.context(), "/workspace")
                .withReadOnlyMount(workspace.path("token"), "/token")
                .withMount(workspace.path(), "/out")
                .withVariable("FLAGS", "--registry-mirror %1$s --insecure-registry %1$s".formatted(REGISTRY.host()))
                .shell("""
                        executor $FLAGS --no-push --secret id=token,src=/token --tar-path /out/x.tar || echo "failed: $?"
                        grep -r marker-7f /slipway/work /dev/shm || echo "no marker"
                        mkdir /slipway/shorter && cp /workspace/* /slipway/shorter && sed -i '$d' /slipway/shorter/Dockerfile
                        executor $FLAGS --no-push --context /slipway/shorter --secret id=token,src=/token --tar-path /out/mounts.tar
                        """)
                .run();

        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out().lines()).contains("failed: 1", "no marker");
        assertThat(done.err()).contains("| kept");
        List<String> names = workspace
                .shell("mkdir m && tar -xf mounts.tar -C m")
                .lines("for l in $(jq -r '.[0].Layers[1:][]' m/manifest.json | tail -3); do tar -tzf m/$l; done");
        assertThat(names).containsExactly("src/", "src/under", "done", "again");
    }

    @Test
    void addedHostsAndLimitsAreTheCommandsOnlyAlsoAfterAFailure() {
        workspace.dockerfile("""
                FROM busybox
                RUN ulimit -Sn; ulimit -Hn; grep -w added.example /etc/hosts
                RUN grep -qw added.example /etc/hosts && exit 3
                """);
        Completed done = workspace
                .pod()
                .withReadOnlyMount(workspace.context(), "/workspace")
                .withVariable("FLAGS", "--registry-mirror %1$s --insecure-registry %1$s".formatted(REGISTRY.host()))
                .shell("""
                        before=$(cat /etc/hosts; ulimit -n)
                        executor $FLAGS --no-push --add-host added.example:192.0.2.1 --ulimit nofile=100:200 || echo "failed: $?"
                        test "$before" = "$(cat /etc/hosts; ulimit -n)" && echo "as before"
                        """)
                .run();
        assertThat(done.out().lines()).as("%s", done).containsExactly("failed: 3", "as before");
        assertThat(done.err()).contains("| 100\n", "| 200\n", "| 192.0.2.1\tadded.example", "Dockerfile:3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --mount=type=bind,target=/read touch /read/x | wrote to "/read", which is mounted read-only
                    --mount=type=bind,target=/read rm /read/file | wrote to "/read", which is mounted read-only
                    --mount=type=bind,target=/etc/hosts true | can't mount a directory onto "/etc/hosts"
                    --mount=type=bind,source=file,target=/bin true | can't mount a file onto "/bin"
                    --mount=type=tmpfs,target=/t,ro touch /t/x | wrote to "/t", which is mounted read-only
                    --mount=type=tmpfs,target=/t,size=1m true | leave size= out of the tmpfs at "/t"
                    """)
    void whatAMountWouldHaveRefusedEndsTheBuild(String command, String words) {
        workspace.dockerfile("FROM busybox\nRUN " + command + "\n").file("file", "content");
        workspace.fails(71, build(workspace.pod()), "Dockerfile:2", words);
    }

    @Test
    void aReadOnlyMountMayHoldOneThatIsWritten() {
        workspace.file("c/f", "of the context\n").dockerfile("""
                FROM busybox
                RUN --mount=type=bind,target=/read --mount=type=cache,target=/read/c echo 1 > /read/c/x
                RUN --mount=type=bind,rw,target=/read echo 2 > /read/c/f
                """);
        assertThat(image(workspace.pod()).last().names()).isEmpty();
    }

    @Test
    void oneCacheAtTwoTargetsIsOneDirectory() {
        workspace.dockerfile("""
                FROM busybox
                RUN --mount=type=cache,id=a,target=/a --mount=type=cache,id=a,target=/b echo x > /b/f && cat /a/f > /seen
                RUN --mount=type=cache,id=a,target=/a --mount=type=cache,id=a,target=/b,ro cat /b/f >> /seen
                RUN --mount=type=cache,id=a,target=/a cat /a/f >> /seen
                """);
        assertThat(image(workspace.pod()).file("seen").content()).isEqualTo("x\nx\nx\n");
    }

    /** What made room lay beside the cache, and went with the directory; where it could lie elsewhere, it is back. */
    @Test
    void aCommandThatRemovesTheDirectoryAroundACacheLosesNothingElse() {
        workspace.dockerfile("""
                FROM busybox
                RUN mkdir -p /p/c && echo under > /p/c/under && echo beside > /p/beside
                RUN --mount=type=cache,target=/p/c echo 1 > /p/c/f
                RUN --mount=type=cache,target=/p/c test -e /p/c/f && rm -rf /p
                RUN cat /p/c/under || echo gone; test ! -e /p/beside
                RUN --mount=type=cache,target=/p/c ls /p/c | wc -l > /count
                RUN --mount=type=cache,target=/q/c rm -rf /q
                """);
        Pod pod = workspace.pod();
        PulledImage image = image(pod);
        assertThat(image.file("count").content()).isEqualTo("0\n");
        assertThat(image.has("p")).isFalse();
        assertThat(image.has("q")).isFalse();
        Completed done = pod.executor("--context", "dir://" + workspace.context(), "--isolation", "in-place")
                .with("--registry-mirror", REGISTRY.host(), "--insecure-registry", REGISTRY.host())
                .with("--no-push")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err()).contains("| under").doesNotContain("| gone");
    }

    private Program build(Pod pod, String... flags) {
        return workspace
                .buildIn(pod, "--isolation", "in-place")
                .with("--registry-mirror", REGISTRY.host(), "--insecure-registry", REGISTRY.host())
                .with("--no-push", "--oci-layout-path", workspace.path("out").toString())
                .with(flags);
    }

    private PulledImage image(Pod pod, String... flags) {
        Completed done = build(pod, flags).run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        workspace.assertNothingIsLeft();
        return PulledImage.of(Image.only(workspace.path("out")));
    }
}
