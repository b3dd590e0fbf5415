package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.image.Descriptor;
import dev.slipway.image.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real registry behind a proxy that takes no body of more than a megabyte, as nginx does when it is told nothing, and
 * none whose length it isn't told beforehand, as proxies do that stand before Nexus and Artifactory.
 */
class ChunkedUploadTest {
    private static final int LARGEST_BODY = 1 << 20;

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.start();

    private final TestClients clients = new TestClients();
    private final List<String> passed = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();

    /** Stands before the registry, and takes no large body and none of unknown length. */
    private ScriptedRegistry front(int largest) throws IOException {
        ScriptedRegistry front = ScriptedRegistry.before(registry);
        return front.on("(POST|PUT|PATCH) .*", request -> {
            if (request.header("Content-Length").isEmpty()
                    || request.header("Transfer-Encoding").isPresent()) {
                return ScriptedRegistry.Reply.of(411);
            }
            boolean small = request.body().length <= largest;
            (small ? passed : refused).add(request.method() + " " + request.body().length);
            return small ? relative(front.pass(request)) : ScriptedRegistry.Reply.of(413);
        });
    }

    /** Whoever stands before this front is so asked again. */
    private static ScriptedRegistry.Reply relative(ScriptedRegistry.Reply reply) {
        reply.headers()
                .replaceAll((name, value) ->
                        name.equalsIgnoreCase("Location") ? value.replaceFirst("^https?://[^/]+", "") : value);
        return reply;
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private RegistryClient.Pushed push(RegistryClient client, ScriptedRegistry front, byte[] blob) throws IOException {
        return client.pushBlob(
                ImageReference.parse(front.host() + "/small/app:1"),
                Descriptor.of(MediaTypes.OCI_LAYER, blob),
                offset -> new ByteArrayInputStream(blob, (int) offset, blob.length - (int) offset),
                Optional.empty());
    }

    @Test
    void sendsALargeBlobInPiecesThatPass() throws IOException {
        byte[] blob = noise(3_500_001);
        try (ScriptedRegistry front = front(LARGEST_BODY);
                RegistryClient client = clients.client()) {
            assertThat(push(client, front, blob)).isEqualTo(RegistryClient.Pushed.UPLOADED);
            assertThat(refused).as("halved until it fits").containsExactly("PUT 3500001", "PATCH 1750000");
            assertThat(passed)
                    .containsSubsequence("PATCH 875000", "PATCH 875000", "PATCH 875000", "PATCH 875000", "PUT 1");
            assertThat(push(client, front, blob)).isEqualTo(RegistryClient.Pushed.EXISTED);
            byte[] manifest = "{\"schemaVersion\":2,\"manifests\":[]}".getBytes(StandardCharsets.UTF_8);
            client.pushManifest(ImageReference.parse(front.host() + "/small/app:1"), manifest, MediaTypes.OCI_INDEX);
            assertThat(passed).contains("PUT " + manifest.length);
        }
        try (RegistryClient client = clients.client();
                InputStream in = client.openBlob(
                        ImageReference.parse(registry.reference("small/app")),
                        Descriptor.of(MediaTypes.OCI_LAYER, blob))) {
            assertThat(in.readAllBytes()).isEqualTo(blob);
        }
    }

    @Test
    void saysSoWhereNoPieceIsSmallEnough() throws IOException {
        try (ScriptedRegistry front = front(1000);
                RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> push(client, front, noise(3_000_000)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("answered 413 Content Too Large");
        }
    }

    /** Bytes of requests that have passed: the whole and its half in vain, then quarters. */
    @ParameterizedTest
    @ValueSource(ints = {5_600_000, 6_500_000, 7_400_000})
    void goesOnAfterTheLastWholeChunkWhereTheConnectionIsCutInTheMiddleOfOne(int at) throws IOException {
        byte[] blob = noise(3_500_001);
        try (ScriptedRegistry front = front(LARGEST_BODY);
                RequestCutter cutter = new RequestCutter(front.host(), at);
                RegistryClient client = clients.client()) {
            client.pushBlob(
                    ImageReference.parse(cutter.host() + "/cut/app:1"),
                    Descriptor.of(MediaTypes.OCI_LAYER, blob),
                    offset -> new ByteArrayInputStream(blob, (int) offset, blob.length - (int) offset),
                    Optional.empty());
            assertThat(cutter.hasCut()).isTrue();
        }
        try (RegistryClient client = clients.client();
                InputStream in = client.openBlob(
                        ImageReference.parse(registry.reference("cut/app")),
                        Descriptor.of(MediaTypes.OCI_LAYER, blob))) {
            assertThat(in.readAllBytes()).isEqualTo(blob);
        }
    }
}
