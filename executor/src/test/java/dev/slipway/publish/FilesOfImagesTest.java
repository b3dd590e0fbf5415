package dev.slipway.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.tool.Skopeo;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.image.HistoryEntry;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.LayerCompression;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.Platform;
import dev.slipway.registry.CredentialSource;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryListener;
import dev.slipway.registry.RegistryOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images written to archives and layouts, read back by skopeo, and the files that tell of them. */
class FilesOfImagesTest {
    @TempDir
    private Path directory;

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.start();

    @AutoClose
    private final RegistryClient client = new RegistryClient(
            RegistryOptions.builder().attempts(1).build(), CredentialSource.NONE, RegistryListener.SILENT);

    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    private final PublishListener listener = new PublishListener() {
        @Override
        public void imagePushed(ImageReference destination, Digest digest, Duration elapsed) {
            events.add("pushed " + destination);
        }
    };

    FilesOfImagesTest() throws IOException {}

    private Publisher publisher() throws IOException {
        return new Publisher(client, listener, (uri, content) -> {
            throw new IOException("no bucket was opened");
        });
    }

    private ImageReference reference(String name) {
        return ImageReference.parse(registry.reference(name));
    }

    @Test
    void writesAnArchiveThatSkopeoReads() throws IOException {
        PublishableImage image = SmallImages.image(MediaFamily.OCI, "one", "two", "one");
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
        byte[] tar = SmallImages.tar("etc/one", "one");
        byte[] blob = SmallImages.gzip(tar);
        byte[] zeros = new byte[blob.length];
        PublishableImage.Layer damaged = PublishableImage.Layer.local(
                Descriptor.of(MediaFamily.OCI.layer(LayerCompression.GZIP), blob),
                offset -> new ByteArrayInputStream(zeros, (int) offset, zeros.length - (int) offset));
        ImageConfig config = ImageConfig.scratch(Platform.of("linux", "amd64"))
                .plus(new DiffId(Digest.of(tar)), HistoryEntry.of(Instant.EPOCH, "COPY one /etc/", false));
        PublishableImage image = SmallImages.image(MediaFamily.OCI, config, List.of(damaged));
        Path file = directory.resolve("image.tar");
        PublishRequest request = request(List.of(reference("app:1")), false, Optional.of(file), Optional.empty());
        assertThatThrownBy(() -> publisher().publish(Publication.of(image), request))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Digest.of(blob) + " is damaged on this machine");
        assertThat(file).doesNotExist();
    }

    @Test
    void writesALayoutThatSkopeoReads() throws IOException {
        PublishableImage image = SmallImages.image(MediaFamily.OCI, "one", "two");
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
        PublishableImage image = SmallImages.image(MediaFamily.OCI, "one");
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
        assertThatThrownBy(() ->
                        publisher().publish(Publication.of(SmallImages.image(MediaFamily.OCI, "one")), request))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--tar-path \"" + file + "/below/image.tar\" can't be written");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isNotEmpty();
    }

    private static JsonNode json(String text) throws IOException {
        return new JsonMapper().readTree(text);
    }

    private static PublishRequest request(
            List<ImageReference> destinations, boolean push, Optional<Path> tar, Optional<Path> layout) {
        PublishRequest.Builder request = PublishRequest.builder(destinations).push(push);
        tar.ifPresent(request::tarPath);
        layout.ifPresent(request::ociLayoutPath);
        return request.build();
    }
}
