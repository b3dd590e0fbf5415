package dev.slipway.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.tool.Skopeo;
import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.Platform;
import dev.slipway.registry.CredentialSource;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryException;
import dev.slipway.registry.RegistryListener;
import dev.slipway.registry.RegistryOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images pushed to a real registry, and what is tried again. */
class PublisherTest {
    private static final ReportBuckets NO_BUCKETS = (uri, content) -> {
        throw new IOException("no bucket was opened");
    };

    @TempDir
    private Path directory;

    private DockerRegistry registry;
    private RegistryClient client;
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final List<Duration> pauses = new ArrayList<>();

    private final PublishListener listener = new PublishListener() {
        @Override
        public void blobUploaded(ImageReference destination, Descriptor blob, Duration elapsed) {
            events.add("uploaded to " + destination.repository());
        }

        @Override
        public void blobSkipped(ImageReference destination, Descriptor blob, String reason) {
            events.add(reason + " in " + destination.repository());
        }

        @Override
        public void imagePushed(ImageReference destination, Digest digest, Duration elapsed) {
            events.add("pushed " + destination.repository() + ":" + destination.tagOrLatest());
        }

        @Override
        public void warn(String text) {
            events.add("warning: " + text);
        }
    };

    @BeforeEach
    void start() throws IOException {
        registry = DockerRegistry.start();
        client = new RegistryClient(
                RegistryOptions.builder().attempts(1).build(), CredentialSource.NONE, RegistryListener.SILENT);
    }

    @AfterEach
    void stop() {
        client.close();
        registry.close();
    }

    private Publisher publisher() throws IOException {
        return new Publisher(client, listener, NO_BUCKETS, pauses::add);
    }

    private ImageReference reference(String name) {
        return ImageReference.parse(registry.reference(name));
    }

    @Test
    void pushesToSeveralDestinationsAndUploadsEachBlobOnce() throws IOException {
        PublishableImage image = SmallImages.image(MediaFamily.OCI, "one", "two");
        PublishRequest request = PublishRequest.to(reference("app:1"), reference("app:2"), reference("copy/app:1"));
        publisher().checkPermission(request);
        Digest digest = publisher().publish(Publication.of(image), request);
        assertThat(digest).isEqualTo(image.manifest().digest());
        assertThat(events)
                .filteredOn(event -> event.contains("uploaded"))
                .hasSize(3)
                .allMatch(event -> event.equals("uploaded to app"));
        assertThat(events)
                .filteredOn(event -> event.equals("mounted from app in copy/app"))
                .hasSize(3);
        for (ImageReference destination : request.destinations()) {
            JsonNode seen = json(Skopeo.inspect("docker://" + destination));
            assertThat(seen.path("Digest").asText()).isEqualTo(digest.toString());
            assertThat(seen.path("Layers")).hasSize(2);
        }
        Skopeo.pull(reference("copy/app:1").toString(), directory.resolve("pulled"));

        events.clear();
        publisher().publish(Publication.of(image), request);
        assertThat(events).noneMatch(event -> event.contains("uploaded"));
    }

    @Test
    void pushesDockerImagesInDockersFormat() throws IOException {
        PublishableImage image = SmallImages.image(MediaFamily.DOCKER, "one");
        publisher().publish(Publication.of(image), PublishRequest.to(reference("docker:1")));
        String raw = Skopeo.run("inspect", "--raw", "--tls-verify=false", "docker://" + reference("docker:1"))
                .orThrow()
                .out();
        assertThat(raw)
                .contains("application/vnd.docker.distribution.manifest.v2+json")
                .contains("application/vnd.docker.image.rootfs.diff.tar.gzip")
                .doesNotContain("oci");
    }

    @Test
    void copiesABaseLayerFromRegistryToRegistryWithoutADisk() throws IOException {
        try (DockerRegistry other = DockerRegistry.start()) {
            ImageReference base = ImageReference.parse(other.reference("base:1"));
            publisher().publish(Publication.of(SmallImages.image(MediaFamily.OCI, "base")), PublishRequest.to(base));
            var found = client.resolve(base, Platform.of("linux", "amd64"));
            List<PublishableImage.Layer> layers = found.manifest().layers().stream()
                    .map(layer -> PublishableImage.Layer.remote(layer, found.byDigest()))
                    .toList();
            PublishableImage child =
                    SmallImages.image(MediaFamily.OCI, found.config().withAuthor("child"), layers);
            events.clear();
            publisher().publish(Publication.of(child), PublishRequest.to(reference("child:1")));
            assertThat(events)
                    .filteredOn(event -> event.equals("uploaded to child"))
                    .hasSize(2);
            assertThat(Skopeo.pull(reference("child:1").toString(), directory.resolve("child"))
                            .layerDigests())
                    .hasSize(1);

            events.clear();
            publisher()
                    .publish(
                            Publication.of(child), PublishRequest.to(ImageReference.parse(other.reference("child:1"))));
            assertThat(events).contains("mounted from base in child");
        }
    }

    @Test
    void pushesAgainAsOftenAsItIsTold() throws IOException {
        try (EmbeddedRegistry failing = EmbeddedRegistry.start()) {
            failing.refuseOnce("PUT .*/manifests/.*", 500, Map.of());
            failing.refuseOnce("PUT .*/manifests/.*", 500, Map.of());
            PublishRequest request = PublishRequest.builder(List.of(ImageReference.parse(failing.reference("app:1"))))
                    .pushRetries(2)
                    .build();
            publisher().publish(Publication.of(SmallImages.image(MediaFamily.OCI, "one")), request);
            assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
            assertThat(events).filteredOn(event -> event.startsWith("warning")).hasSize(2);
        }
    }

    @Test
    void aTagThatDoesNotMoveEndsThePushUnlessItIsToCountAsPushed() throws IOException {
        try (EmbeddedRegistry immutable = EmbeddedRegistry.start()) {
            List<ImageReference> tags = Stream.of("app:1", "app:2")
                    .map(name -> ImageReference.parse(immutable.reference(name)))
                    .toList();
            Publication publication = Publication.of(SmallImages.image(MediaFamily.OCI, "one"));
            immutable.refuseOnce("PUT .*/manifests/1", 400, "TAG_INVALID");
            assertThatThrownBy(() -> publisher()
                            .publish(publication, PublishRequest.builder(tags).build()))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.IMMUTABLE_TAG));
            immutable.refuseOnce("PUT .*/manifests/1", 400, "TAG_INVALID");
            Path digest = directory.resolve("digest");
            publisher()
                    .publish(
                            publication,
                            PublishRequest.builder(tags)
                                    .ignoreImmutableTagErrors(true)
                                    .report(Report.DIGEST, digest)
                                    .build());
            assertThat(events)
                    .filteredOn(event -> event.startsWith("warning"))
                    .singleElement(STRING)
                    .contains("it counts as pushed");
            assertThat(digest).hasContent(publication.digest().toString());
            assertThat(immutable.count("PUT .*/manifests/2")).isPositive();
        }
    }

    /** Two uploads of one digest at a time are what some registries lose sessions over. */
    @Test
    void uploadsOneDigestOnceThoughTwoLayersHaveIt() throws IOException {
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start()) {
            PublishableImage image = SmallImages.image(MediaFamily.OCI, "same", "other", "same");
            publisher()
                    .publish(
                            Publication.of(image),
                            PublishRequest.to(ImageReference.parse(embedded.reference("app:1"))));
            assertThat(image.layers()).hasSize(3);
            assertThat(embedded.count("POST .*/blobs/uploads/"))
                    .as("two layers and the config")
                    .isEqualTo(3);
        }
    }

    @Test
    void neverTagsAnImageWhoseBlobsDidNotArrive() throws IOException {
        try (EmbeddedRegistry failing = EmbeddedRegistry.start()) {
            failing.refuseOnce("PUT .*/blobs/uploads/.*", 507, Map.of());
            ImageReference target = ImageReference.parse(failing.reference("app:1"));
            assertThatThrownBy(() -> publisher()
                            .publish(
                                    Publication.of(SmallImages.image(MediaFamily.OCI, "one", "two")),
                                    PublishRequest.to(target)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("507");
            assertThat(failing.count("PUT .*/manifests/.*")).isZero();
        }
    }

    private static JsonNode json(String text) throws IOException {
        return new JsonMapper().readTree(text);
    }
}
