package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a pod a command runs beside the executor and as the same user: it reaches neither its variables nor its memory. */
class PodSecretsIT {

    private static final String TOKEN = "a-token-that-nobody-may-see";

    /** Everything that a hostile command would try; what it can read goes into the image. */
    private static final String SEARCH =
            "for f in /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/mem; do cat $f; done"
                    + " > /seen 2> /refused; env >> /seen";

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.with().withPassword().start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    @BeforeEach
    void prepare() {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(BaseImages.busybox(workspace.path("busybox")), "busybox", "1");
        }
        Credentials.KNOWN.writeDockerConfig(workspace.path("docker"), registry.host());
        workspace.dockerfile("FROM %s\nRUN %s\n".formatted(registry.reference("busybox:1"), SEARCH));
    }

    @Test
    void neitherVariablesNorMemoryOfTheExecutorCanBeReached() {
        Completed done = workspace
                .buildIn(workspace
                        .pod()
                        .withReadOnlyMount(workspace.path("docker"), "/kaniko/.docker")
                        .withVariable("AWS_SECRET_ACCESS_KEY", TOKEN))
                .with("--isolation", "in-place", "--insecure", "--insecure-pull")
                .with("--destination", registry.reference("app:1"))
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out() + done.err())
                .contains("can read the credentials in \"/kaniko/.docker/config.json\", which are mounted")
                .doesNotContain(TOKEN, Credentials.KNOWN.password());
        PulledImage image = PulledImage.from(registry.reference("app:1"), workspace.path("pulled"));
        assertThat(image.file("seen").content()).contains("PATH=").doesNotContain(TOKEN);
        assertThat(image.file("refused").content())
                .contains(
                        "can't open '/proc/1/environ': Permission denied",
                        "can't open '/proc/1/mem': Permission denied");
    }

    @Test
    void credentialsInTheContainerAreGoneWhileACommandRunsAndBackAfterwards() {
        workspace.dockerfile(
                "FROM %s\nRUN cat /kaniko/.docker/* > /seen 2>&1 || true\n".formatted(registry.reference("busybox:1")));
        Completed done = workspace
                .pod()
                .withCopy(workspace.path("docker/config.json"), "/kaniko/.docker/config.json")
                .shell("executor --context dir://%s --isolation in-place --insecure --insecure-pull --destination %s\n"
                                .formatted(workspace.context(), registry.reference("app:2"))
                        + "echo afterwards: $(cat /kaniko/.docker/config.json)")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out()).contains("afterwards: {\"auths\"").contains(registry.host());
        assertThat(done.err()).doesNotContain("can read the credentials");
        PulledImage image = PulledImage.from(registry.reference("app:2"), workspace.path("pulled-2"));
        assertThat(image.file("seen").content()).contains("No such file").doesNotContain("auths");
    }

    @Test
    void noLinkTakesTheCredentialsIntoALayer() {
        workspace.dockerfile("""
                FROM %s
                RUN mkdir -p /srv; rm -rf /kaniko/.docker && ln -s /srv /kaniko/.docker
                RUN ls -A /srv /kaniko/.docker > /seen
                """.formatted(registry.reference("busybox:1")));
        Completed done = workspace
                .pod()
                .withCopy(workspace.path("docker/config.json"), "/kaniko/.docker/config.json")
                .shell("executor --context dir://%s --isolation in-place --insecure --insecure-pull --destination %s\n"
                                .formatted(workspace.context(), registry.reference("app:3"))
                        + "test ! -L /kaniko/.docker && echo afterwards: $(cat /kaniko/.docker/config.json)")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.out()).contains("afterwards: {\"auths\"").contains(registry.host());
        PulledImage image = PulledImage.from(registry.reference("app:3"), workspace.path("pulled-3"));
        assertThat(image.has("srv/config.json")).isFalse();
        assertThat(image.has("kaniko/.docker")).isFalse();
        assertThat(image.file("seen").content()).doesNotContain("config.json");
    }
}
