package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.image.Descriptor;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.ScriptedRegistry.Seen;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the OCI distribution-spec's conformance tests expect of a registry, seen from the other end: what we send for it,
 * and that we take what it may answer. One class for each of the specification's own four workflows; the registry is
 * Debian's docker-registry behind a front that notes, or alters, what passes.
 *
 * <p>Tags are never listed and nothing is ever deleted but our own unfinished uploads, so that of "content discovery"
 * and "content management" only the referrers and these remain.
 */
abstract sealed class DistributionSpec permits SpecPullTest, SpecPushTest, SpecDiscoveryTest, SpecManagementTest {
    private static DockerRegistry registry;

    final TestClients clients = new TestClients();
    ScriptedRegistry front;
    RegistryClient client;
    ImageReference app;

    @BeforeAll
    static void startRegistry() {
        registry = DockerRegistry.start();
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
    }

    @BeforeEach
    void start() throws IOException {
        front = ScriptedRegistry.before(registry);
        client = clients.client();
        app = ImageReference.parse(front.host() + "/spec/app:1");
    }

    @AfterEach
    void stop() {
        client.close();
        front.close();
    }

    static byte[] noise(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Descriptor layer(byte[] bytes) {
        return Descriptor.of(MediaTypes.OCI_LAYER, bytes);
    }

    RegistryClient.Pushed push(ImageReference to, byte[] blob, Optional<ImageReference> from) throws IOException {
        return client.pushBlob(
                to,
                layer(blob),
                offset -> new ByteArrayInputStream(blob, (int) offset, blob.length - (int) offset),
                from);
    }

    void push(byte[] blob) throws IOException {
        assertThat(push(app, blob, Optional.empty())).isEqualTo(RegistryClient.Pushed.UPLOADED);
    }

    byte[] pull(byte[] blob) throws IOException {
        try (InputStream in = client.openBlob(app, layer(blob))) {
            return in.readAllBytes();
        }
    }

    /** An image without layers, different from all others. */
    Manifest image(String marker) throws IOException {
        byte[] config = bytes("{\"os\":\"linux\",\"architecture\":\"amd64\",\"author\":\"%s\"}".formatted(marker));
        push(app, config, Optional.empty());
        Descriptor described = Descriptor.of(MediaTypes.OCI_CONFIG, config);
        return Manifest.create(MediaFamily.OCI, described, List.of(), Map.of());
    }

    Seen only(String request) {
        List<Seen> found = front.seen(request);
        assertThat(found).as(request).hasSize(1);
        return found.getFirst();
    }
}
