package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a build says of the image that it leaves in a registry: reports for other tools, annotations. */
class OutputsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @AutoClose
    private final CommandLine command = new CommandLine()
            .file("Dockerfile", "FROM scratch\nCOPY hello /hello\nCOPY hello /again\nCMD [\"/hello\"]\n")
            .file("hello", "hi");

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @Test
    void everyReportSaysWhatWasPushed() throws IOException {
        command.variable("BUILDER_OUTPUT", command.path("output").toString())
                .builds(
                        "--destinations",
                        registry.reference("app:1"),
                        registry.reference("app:2") + "\n" + registry.reference("copy:1"),
                        "--insecure",
                        "--iidfile=" + command.path("iid"),
                        "--metadata-file=" + command.path("metadata.json"),
                        "--results-dir=" + command.path("results"),
                        "--result=IMAGE_DIGEST=" + command.path("one/result"),
                        "--dotenv=" + command.path("build.env"));
        RegistryAccess.Manifest manifest = access.manifest("app", "1");
        String digest = manifest.digest();
        String config = manifest.json().at("/config/digest").asText();
        String url = registry.reference("app:1");
        assertThat(command.text("iid")).isEqualTo(config);
        JsonNode metadata = JSON.readTree(command.text("metadata.json"));
        assertThat(metadata.path("containerimage.digest").asText()).isEqualTo(digest);
        assertThat(metadata.path("containerimage.config.digest").asText()).isEqualTo(config);
        assertThat(metadata.path("image.name").asText())
                .isEqualTo(url + "," + registry.reference("app:2") + "," + registry.reference("copy:1"));
        JsonNode descriptor = metadata.path("containerimage.descriptor");
        assertThat(descriptor.path("digest").asText()).isEqualTo(digest);
        assertThat(descriptor.path("size").asInt()).isEqualTo(manifest.bytes().length);
        assertThat(descriptor.path("mediaType").asText()).isEqualTo(manifest.mediaType());
        assertThat(descriptor.path("platform"))
                .isEqualTo(JSON.createObjectNode()
                        .put(
                                "architecture",
                                access.config("app", manifest)
                                        .path("architecture")
                                        .asText())
                        .put("os", "linux"));
        assertThat(descriptor.has("annotations"))
                .as("BuildKit takes the config's digest out of them")
                .isFalse();
        assertThat(metadata.has("buildx.build.ref"))
                .as("there is no builder that remembers builds")
                .isFalse();
        assertThat(command.text("results/IMAGE_URL")).isEqualTo(url);
        assertThat(command.text("results/IMAGE_DIGEST")).isEqualTo(digest);
        assertThat(command.text("results/IMAGE_REF")).isEqualTo(url + "@" + digest);
        assertThat(command.text("results/IMAGES"))
                .isEqualTo(registry.reference("app@" + digest) + "," + registry.reference("copy@" + digest));
        assertThat(JSON.readTree(command.text("results/image_ARTIFACT_OUTPUTS")))
                .isEqualTo(JSON.createObjectNode()
                        .put("uri", url)
                        .put("digest", digest)
                        .put("isBuildArtifact", "true"));
        try (Stream<Path> results = Files.list(command.path("results"))) {
            assertThat(results.map(file -> file.getFileName().toString()))
                    .as("nothing is told of what did not happen")
                    .containsExactlyInAnyOrder(
                            "IMAGE_URL", "IMAGE_DIGEST", "IMAGE_REF", "IMAGES", "image_ARTIFACT_OUTPUTS");
        }
        assertThat(command.text("one/result")).isEqualTo(digest);
        assertThat(command.text("build.env").lines())
                .containsExactly(
                        "IMAGE_DIGEST=" + digest,
                        "IMAGE_URL=" + url,
                        "IMAGE_REF=" + url + "@" + digest,
                        "IMAGE_TAG=1",
                        "CS_IMAGE=" + url);
        assertThat(JSON.readTree(
                        command.text("output/images").lines().findFirst().orElseThrow()))
                .isEqualTo(JSON.createObjectNode().put("name", url).put("digest", digest));
        assertThat(registry.count("PUT .*/v2/app/blobs/.*") + registry.count("PATCH .*/v2/copy/blobs/.*"))
                .as("each blob is uploaded once to a registry")
                .isEqualTo(3);
        assertThat(registry.count("PUT .*/v2/copy/blobs/.*")).isZero();
    }

    @Test
    void anImageThatIsNotPushedHasNoUrlForLaterJobs() throws IOException {
        command.builds(
                "--no-push",
                "--destination=a.example/b:1",
                "--results-dir=" + command.path("results"),
                "--dotenv=" + command.path("build.env"));
        assertThat(command.path("results")).doesNotExist();
        assertThat(command.text("build.env")).matches("IMAGE_DIGEST=sha256:[0-9a-f]{64}\n");
    }

    @Test
    void listsOfImagesGiveWayWhereResultsBecomeTooLong() throws IOException {
        String[] flags = Stream.concat(
                        Stream.of(
                                "--insecure",
                                "--results-dir=" + command.path("results"),
                                "--destination=" + registry.reference("app:1")),
                        Stream.iterate(0, i -> i < 40, i -> i + 1)
                                .map(i -> "--destination="
                                        + registry.reference("a-rather-long-name/of-an-image-" + i + ":1")))
                .toArray(String[]::new);
        CommandLine.Ended ended = command.builds(flags);
        assertThat(ended.err()).contains("the result IMAGES is left out");
        assertThat(command.path("results/IMAGES")).doesNotExist();
        assertThat(command.text("results/IMAGE_URL")).isEqualTo(registry.reference("app:1"));
    }

    @Test
    void annotationsGoWhereTheirPrefixSays() throws IOException {
        command.builds(
                "--destination=" + registry.reference("app:1"),
                "--insecure",
                "--platform=linux/amd64,linux/arm64",
                "--oci-layout-path=" + command.path("layout"),
                "--annotation=plain=p",
                "--annotation=index:of=i",
                "--annotation=manifest[linux/arm64],manifest-descriptor[linux/arm64]:arch=a",
                "--annotation=index-descriptor:top=t");
        JsonNode index = access.manifest("app", "1").json();
        assertThat(index.path("annotations")).isEqualTo(JSON.createObjectNode().put("of", "i"));
        assertThat(index.at("/manifests/0/annotations").isMissingNode()).isTrue();
        assertThat(index.at("/manifests/1/annotations"))
                .isEqualTo(JSON.createObjectNode().put("arch", "a"));
        assertThat(access.manifest("app", index.at("/manifests/0/digest").asText())
                        .json()
                        .path("annotations"))
                .isEqualTo(JSON.createObjectNode().put("plain", "p"));
        assertThat(access.manifest("app", index.at("/manifests/1/digest").asText())
                        .json()
                        .path("annotations"))
                .isEqualTo(JSON.createObjectNode().put("arch", "a").put("plain", "p"));
        assertThat(JSON.readTree(command.text("layout/index.json"))
                        .at("/manifests/0/annotations/top")
                        .asText())
                .isEqualTo("t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"index:a=b", "index-descriptor:a=b"})
    void anIndexAnnotationNeedsAnIndex(String annotation) {
        CommandLine.Ended ended = command.build("--no-push", "--annotation=" + annotation);
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("one platform makes none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd:a=b", "manifest[:a=b", "a", "manifest:=b"})
    void refusesAnnotationsThatSayNothing(String annotation) {
        CommandLine.Ended ended = command.build("--no-push", "--annotation=" + annotation);
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("--annotation \"" + annotation + "\"");
    }

    @Test
    void annotationsMakeAnOciImageOfADockerBaseUnlessThatIsAskedFor() {
        CommandLine.Ended ended = command.build("--no-push", "--annotation=a=b", "--image-format=docker");
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("--image-format=docker has no annotations");
    }

    @Test
    void refusesAResultThatDoesNotExist() {
        CommandLine.Ended ended = command.build("--no-push", "--result=IMAGE=" + command.path("x"));
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("there is no result \"IMAGE\"", "IMAGE_URL");
    }

    @Test
    void aRegistryWhoseDiskIsFullEndsThePushWithoutATag() {
        registry.refuseOnce("PUT .*/blobs/uploads/.*", 507, Map.of());
        CommandLine.Ended failed = command.build("--destination=" + registry.reference("full:1"), "--insecure");
        assertThat(failed.exitCode()).as("%s", failed).isEqualTo(69);
        assertThat(failed.lastLine()).contains("push blob sha256:", "507", "the registry failed on its side");
        assertThat(registry.count("PUT .*/full/manifests/.*")).isZero();
    }

    @Test
    void refusesADestinationWithADigestBeforeAnythingIsBuilt() {
        CommandLine.Ended ended = command.file("Dockerfile", "FROM scratch\nCOPY missing /\n")
                .build("--destination=" + registry.reference("app") + "@sha256:" + "0".repeat(64));
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("--destination", "name a tag");
    }

    /** Figures of a registry that bills or limits requests: a HEAD for each blob, and the manifest. */
    @Test
    void anUnchangedImageIsPushedWithAFewRequests() {
        String destination = "--destination=" + registry.reference("app:1");
        command.builds(destination, "--insecure");
        registry.forgetRequests();
        command.builds(destination, "--insecure");
        assertThat(registry.requests())
                .as("the registry's own path, the right to push (2), two layers, the config, the manifest")
                .hasSizeLessThanOrEqualTo(7);
        registry.forgetRequests();
        command.builds(destination, "--insecure", "--skip-push-permission-check");
        assertThat(registry.requests()).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void metadataOfAnIndexNamesNoConfig() throws IOException {
        command.builds(
                "--destination=" + registry.reference("app:1"),
                "--insecure",
                "--platform=linux/amd64,linux/arm64",
                "--metadata-file=" + command.path("metadata.json"));
        RegistryAccess.Manifest index = access.manifest("app", "1");
        JsonNode metadata = JSON.readTree(command.text("metadata.json"));
        assertThat(metadata.has("containerimage.config.digest")).isFalse();
        assertThat(metadata.path("containerimage.descriptor"))
                .isEqualTo(JSON.createObjectNode()
                        .put("mediaType", index.mediaType())
                        .put("digest", index.digest())
                        .put("size", index.bytes().length));
    }

    @Test
    void basesGiveWayBeforeTheListOfImages() throws IOException {
        StringBuilder dockerfile = new StringBuilder();
        Image base = ImageBuilder.oci().layer(tar -> tar.file("a", 0644, "a")).writeTo(command.path("base"));
        for (int i = 0; i < 15; i++) {
            String name = "a-rather-long-name/of-a-base-image-that-takes-much-room-" + i;
            access.push(base, name, "1");
            dockerfile.append("FROM %s AS s%d\n".formatted(registry.reference(name + ":1"), i));
        }
        dockerfile.append("FROM scratch\n");
        for (int i = 0; i < 15; i++) {
            dockerfile.append("COPY --from=s%d /a /a%d\n".formatted(i, i));
        }
        command.file("Dockerfile", dockerfile.toString());
        CommandLine.Ended ended = command.builds(Stream.concat(
                        Stream.of("--insecure", "--insecure-pull", "--results-dir=" + command.path("results")),
                        Stream.iterate(0, i -> i < 10, i -> i + 1)
                                .map(i -> "--destination=" + registry.reference("image-" + i + ":1")))
                .toArray(String[]::new));
        assertThat(ended.err())
                .contains("the result BASE_IMAGES_DIGESTS is left out")
                .doesNotContain("the result IMAGES is left out");
        assertThat(command.path("results/BASE_IMAGES_DIGESTS")).doesNotExist();
        assertThat(command.text("results/IMAGES").split(",")).hasSize(10);
    }

    @Test
    void annotationsOfASingleImagesDescriptorGoIntoTheLayoutAndAnAttestationMakesAnIndex() throws IOException {
        command.builds(
                "--no-push", "--oci-layout-path=" + command.path("layout"), "--annotation=manifest-descriptor:a=b");
        assertThat(JSON.readTree(command.text("layout/index.json"))
                        .at("/manifests/0/annotations/a")
                        .asText())
                .isEqualTo("b");
        command.builds(
                "--destination=" + registry.reference("app:1"),
                "--insecure",
                "--provenance=true",
                "--annotation=index:of=i");
        assertThat(access.manifest("app", "1").json().path("annotations"))
                .isEqualTo(JSON.createObjectNode().put("of", "i"));
    }
}
