package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.tool.Skopeo;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Where an image goes: registries, archives, layouts, and the files that tell its digest. */
class OutputsIT {

    private static final String DOCKERFILE = """
            FROM scratch
            COPY hello /hello
            COPY sub/ /sub/
            CMD ["/hello"]
            """;

    @AutoClose
    private final Workspace workspace =
            new Workspace().dockerfile(DOCKERFILE).file("hello", "hi").file("sub/f", "f");

    @Test
    void severalDestinationsGetTheSameImageAndDigestFilesNameIt() throws IOException {
        try (DockerRegistry docker = DockerRegistry.start();
                EmbeddedRegistry embedded = EmbeddedRegistry.start();
                RegistryAccess access = RegistryAccess.to(docker);
                RegistryAccess other = RegistryAccess.to(embedded)) {
            workspace.builds(
                    "--destination=" + docker.reference("app:1"),
                    "--destination=" + docker.reference("app:latest"),
                    "--destination=" + docker.reference("mirror/app:1"),
                    "--destination=" + embedded.reference("app:1"),
                    "--insecure",
                    "--digest-file=" + workspace.path("digest"),
                    "--image-name-with-digest-file=" + workspace.path("names"),
                    "--image-name-tag-with-digest-file=" + workspace.path("tags"));
            String digest = access.manifest("app", "1").digest();
            assertThat(access.manifest("app", "latest").digest()).isEqualTo(digest);
            assertThat(access.manifest("mirror/app", "1").digest()).isEqualTo(digest);
            assertThat(other.manifest("app", "1").digest()).isEqualTo(digest);
            assertThat(workspace.path("digest")).content().isEqualTo(digest);
            assertThat(Files.readAllLines(workspace.path("names")))
                    .contains(docker.reference("app@" + digest), embedded.reference("app@" + digest));
            assertThat(Files.readAllLines(workspace.path("tags")))
                    .containsExactly(
                            docker.reference("app:1@" + digest),
                            docker.reference("app:latest@" + digest),
                            docker.reference("mirror/app:1@" + digest),
                            embedded.reference("app:1@" + digest));
            PulledImage image = PulledImage.from(docker.reference("mirror/app:1"), workspace.path("pulled"));
            assertThat(image.file("hello").content()).isEqualTo("hi");
            assertThat(image.file("sub/f").modeAndOwner()).isEqualTo("644 0:0");
        }
    }

    @Test
    void whatARegistryHasIsNotSentAgain() {
        try (EmbeddedRegistry registry = EmbeddedRegistry.start()) {
            String[] flags = {"--reproducible", "--destination=" + registry.reference("app:1"), "--insecure"};
            workspace.builds(flags);
            assertThat(registry.count("^(PUT|PATCH) .*/blobs/")).isPositive();
            registry.forgetRequests();
            workspace.builds(flags);
            assertThat(registry.count("^(PUT|PATCH) .*/blobs/"))
                    .as("%s", registry.requests())
                    .isZero();
        }
    }

    @Test
    void archiveAndLayoutHoldTheImageThatWouldBePushed() throws IOException {
        Completed done = workspace.builds(
                "--no-push",
                "--destination=registry.example/team/app:7",
                "--tar-path=" + workspace.path("image.tar"),
                "--oci-layout-path=" + workspace.path("layout"),
                "--digest-file=" + workspace.path("digest"));
        assertThat(done.err() + done.out()).contains("image.tar", "layout");
        Image written = Image.only(workspace.path("layout"));
        assertThat(workspace.path("digest")).content().isEqualTo(written.digest());
        assertThat(PulledImage.of(written).file("hello").content()).isEqualTo("hi");
        Skopeo.copy("oci:" + workspace.path("layout"), "dir:" + workspace.path("copied"));

        assertThat(Skopeo.inspect("docker-archive:" + workspace.path("image.tar")))
                .contains("sha256:");
        Skopeo.run(
                        "copy",
                        "--quiet",
                        "docker-archive:" + workspace.path("image.tar") + ":registry.example/team/app:7",
                        "oci:" + workspace.path("loaded") + ":latest")
                .orThrow();
        assertThat(Image.only(workspace.path("loaded")).diffIds()).isEqualTo(written.diffIds());
    }

    @Test
    void standardErrorEndsWithoutAnErrorAndTheLogNamesInstructionsLinesAndTimes() {
        Completed done = workspace.builds("--no-push");
        assertThat(done.err() + done.out())
                .contains("COPY hello /hello", "Dockerfile:2", "Dockerfile:3")
                .doesNotContain("error:", "WARNING");
        workspace.assertNothingIsLeft();
    }
}
