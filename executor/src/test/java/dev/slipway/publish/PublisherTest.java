package dev.slipway.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.tool.Skopeo;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.image.HistoryEntry;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.LayerCompression;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.Platform;
import dev.slipway.registry.CredentialSource;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryException;
import dev.slipway.registry.RegistryListener;
import dev.slipway.registry.RegistryOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images pushed to a real registry, written to archives and layouts, and read back by skopeo. */
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

    private static byte[] tar(String name, String content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarBuilder.write(out, tar -> tar.file(name, 0644, content));
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] tar) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(tar);
        }
        return out.toByteArray();
    }

    private static PublishableImage.Layer local(byte[] blob, MediaFamily family) {
        return PublishableImage.Layer.local(
                Descriptor.of(family.layer(LayerCompression.GZIP), blob),
                offset -> new ByteArrayInputStream(blob, (int) offset, blob.length - (int) offset));
    }

    /** An image of layers with one file each. */
    private static PublishableImage image(MediaFamily family, String... contents) throws IOException {
        ImageConfig config = ImageConfig.scratch(Platform.of("linux", "amd64")).withCreated(Instant.EPOCH);
        List<PublishableImage.Layer> layers = new ArrayList<>();
        for (String content : contents) {
            byte[] tar = tar("etc/" + content, content);
            layers.add(local(gzip(tar), family));
            config = config.plus(
                    new DiffId(Digest.of(tar)), HistoryEntry.of(Instant.EPOCH, "COPY " + content + " /etc/", false));
        }
        return image(family, config, layers);
    }

    private static PublishableImage image(MediaFamily family, ImageConfig config, List<PublishableImage.Layer> layers) {
        byte[] raw = config.toJson();
        Manifest manifest = Manifest.create(
                family,
                Descriptor.of(family.config(), raw),
                layers.stream().map(PublishableImage.Layer::descriptor).toList(),
                Map.of());
        return new PublishableImage(manifest, raw, layers);
    }

    private ImageReference reference(String name) {
        return ImageReference.parse(registry.reference(name));
    }

    private static JsonNode json(String text) throws IOException {
        return new JsonMapper().readTree(text);
    }

    @Test
    void pushesToSeveralDestinationsAndUploadsEachBlobOnce() throws IOException {
        PublishableImage image = image(MediaFamily.OCI, "one", "two");
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
        PublishableImage image = image(MediaFamily.DOCKER, "one");
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
            publisher().publish(Publication.of(image(MediaFamily.OCI, "base")), PublishRequest.to(base));
            var found = client.resolve(base, Platform.of("linux", "amd64"));
            List<PublishableImage.Layer> layers = found.manifest().layers().stream()
                    .map(layer -> PublishableImage.Layer.remote(layer, found.byDigest()))
                    .toList();
            PublishableImage child = image(MediaFamily.OCI, found.config().withAuthor("child"), layers);
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
    void writesAnArchiveThatSkopeoReads() throws IOException {
        PublishableImage image = image(MediaFamily.OCI, "one", "two", "one");
        Path file = directory.resolve("out/image.tar");
        publisher()
                .publish(
                        Publication.of(image),
                        request(List.of(reference("app:1")), false, Optional.of(file), Optional.empty()));
        JsonNode seen = json(Skopeo.inspect("docker-archive:" + file));
        assertThat(seen.path("Layers")).hasSize(3);
        Skopeo.copy("docker-archive:" + file + ":" + reference("app:1"), "docker://" + reference("from-archive:1"));
        Skopeo.run("copy", "--quiet", "docker-archive:" + file, "dir:" + directory.resolve("dir"))
                .orThrow();
        assertThat(Skopeo.run("list-tags", "docker-archive:" + file).orThrow().out())
                .contains(reference("app:1").toString());
        assertThat(events).noneMatch(event -> event.startsWith("pushed"));
        byte[] first = Files.readAllBytes(file);
        publisher()
                .publish(
                        Publication.of(image),
                        request(List.of(reference("app:1")), false, Optional.of(file), Optional.empty()));
        assertThat(file).hasBinaryContent(first);
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void writesNoArchiveOfALayerThatIsDamaged() throws IOException {
        byte[] tar = tar("etc/one", "one");
        byte[] blob = gzip(tar);
        byte[] zeros = new byte[blob.length];
        PublishableImage.Layer damaged = PublishableImage.Layer.local(
                Descriptor.of(MediaFamily.OCI.layer(LayerCompression.GZIP), blob),
                offset -> new ByteArrayInputStream(zeros, (int) offset, zeros.length - (int) offset));
        ImageConfig config = ImageConfig.scratch(Platform.of("linux", "amd64"))
                .plus(new DiffId(Digest.of(tar)), HistoryEntry.of(Instant.EPOCH, "COPY one /etc/", false));
        PublishableImage image = image(MediaFamily.OCI, config, List.of(damaged));
        Path file = directory.resolve("image.tar");
        PublishRequest request = request(List.of(reference("app:1")), false, Optional.of(file), Optional.empty());
        assertThatThrownBy(() -> publisher().publish(Publication.of(image), request))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Digest.of(blob) + " is damaged on this machine");
        assertThat(file).doesNotExist();
    }

    @Test
    void writesALayoutThatSkopeoReads() throws IOException {
        PublishableImage image = image(MediaFamily.OCI, "one", "two");
        Path layout = directory.resolve("layout");
        for (int i = 0; i < 2; i++) {
            publisher()
                    .publish(
                            Publication.of(image),
                            request(List.of(reference("app:1")), false, Optional.empty(), Optional.of(layout)));
            JsonNode seen = json(Skopeo.inspect("oci:" + layout + ":1"));
            assertThat(seen.path("Digest").asText())
                    .isEqualTo(image.manifest().digest().toString());
            Skopeo.copy("oci:" + layout, "docker://" + reference("from-layout:1"));
        }
        JsonNode index = json(Files.readString(layout.resolve("index.json")));
        assertThat(index.at("/manifests/0/annotations/org.opencontainers.image.ref.name")
                        .asText())
                .isEqualTo("1");
        assertThat(index.at("/manifests/0/platform/architecture").asText()).isEqualTo("amd64");
    }

    @Test
    void writesTheDigestFilesAsKanikoDoes() throws IOException {
        PublishableImage image = image(MediaFamily.OCI, "one");
        Path digestFile = directory.resolve("new/digest");
        Path names = directory.resolve("names");
        Path tags = directory.resolve("tags");
        Files.writeString(names, "what was there before");
        publisher()
                .publish(
                        Publication.of(image),
                        PublishRequest.builder(
                                        List.of(ImageReference.parse("busybox:1"), ImageReference.parse("quay.io/a/b")))
                                .push(false)
                                .report(Report.DIGEST, digestFile)
                                .report(Report.IMAGE_NAME_WITH_DIGEST, names)
                                .report(Report.IMAGE_NAME_TAG_WITH_DIGEST, tags)
                                .build());
        Digest digest = image.manifest().digest();
        assertThat(digestFile).hasContent(digest.toString());
        assertThat(Files.readString(names))
                .isEqualTo("index.docker.io/library/busybox@%s\nquay.io/a/b@%s\n".formatted(digest, digest));
        assertThat(Files.readString(tags))
                .isEqualTo("index.docker.io/library/busybox:1@%s\nquay.io/a/b:latest@%s\n".formatted(digest, digest));
    }

    @Test
    void saysWhichOutputCanNotBeWritten() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        PublishRequest request =
                request(List.of(), false, Optional.of(file.resolve("below/image.tar")), Optional.empty());
        assertThatThrownBy(() -> publisher().publish(Publication.of(image(MediaFamily.OCI, "one")), request))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--tar-path \"" + file + "/below/image.tar\" can't be written");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isNotEmpty();
    }

    @Test
    void pushesAgainAsOftenAsItIsTold() throws IOException {
        try (EmbeddedRegistry failing = EmbeddedRegistry.start()) {
            failing.refuseOnce("PUT .*/manifests/.*", 500, Map.of());
            failing.refuseOnce("PUT .*/manifests/.*", 500, Map.of());
            PublishRequest request = PublishRequest.builder(List.of(ImageReference.parse(failing.reference("app:1"))))
                    .pushRetries(2)
                    .build();
            publisher().publish(Publication.of(image(MediaFamily.OCI, "one")), request);
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
            Publication publication = Publication.of(image(MediaFamily.OCI, "one"));
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
            PublishableImage image = image(MediaFamily.OCI, "same", "other", "same");
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
                            .publish(Publication.of(image(MediaFamily.OCI, "one", "two")), PublishRequest.to(target)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("507");
            assertThat(failing.count("PUT .*/manifests/.*")).isZero();
        }
    }

    private static PublishRequest request(
            List<ImageReference> destinations, boolean push, Optional<Path> tar, Optional<Path> layout) {
        PublishRequest.Builder request = PublishRequest.builder(destinations).push(push);
        tar.ifPresent(request::tarPath);
        layout.ifPresent(request::ociLayoutPath);
        return request.build();
    }
}
