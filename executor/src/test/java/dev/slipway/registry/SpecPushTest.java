package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.RegistryException.Kind;
import dev.slipway.registry.ScriptedRegistry.Reply;
import dev.slipway.registry.ScriptedRegistry.Seen;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("OCI distribution-spec 1.1: Push")
final class SpecPushTest extends DistributionSpec {
    private static final int TAKEN_BYTES = 600_000;

    /** Chunks are for registries that take no whole blob. */
    private void takeNoMoreAtOnce() {
        front.once("PUT .*", request -> Reply.of(413));
        front.once("PATCH .*", request -> Reply.of(413));
    }

    @Test
    @DisplayName("POST then PUT: no body, then the whole blob with its length, type and digest")
    void monolithic() throws IOException {
        byte[] blob = noise(5000, 10);
        push(blob);
        assertThat(only("POST /v2/spec/app/blobs/uploads/").header("Content-Length"))
                .contains("0");
        Seen put = only("PUT /v2/spec/app/blobs/uploads/[^?]+\\?_state=.*&digest=" + Digest.of(blob));
        assertThat(put.header("Content-Type")).contains("application/octet-stream");
        assertThat(put.header("Content-Length")).contains("5000");
        assertThat(put.header("Transfer-Encoding")).isEmpty();
        assertThat(pull(blob)).isEqualTo(blob);
    }

    @ParameterizedTest(name = "status {0}")
    @ValueSource(ints = {200, 201, 204})
    @DisplayName("PUT: registries differ in the status of success")
    void statusOfSuccess(int status) throws IOException {
        front.once("PUT .*", request -> {
            Reply reply = front.pass(request);
            return new Reply(status, reply.headers(), new byte[0]);
        });
        push(noise(1000, 11 + status));
    }

    @Test
    @DisplayName("PUT: another digest than ours in the answer is an error")
    void anotherDigest() {
        front.once(
                "PUT .*",
                request -> Reply.of(201)
                        .with("Docker-Content-Digest", Digest.of(bytes("other")).toString()));
        assertThatThrownBy(() -> push(noise(1000, 12)))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }

    @Test
    @DisplayName("PATCH: chunks in order with Content-Range, each to the location that the last one told")
    void chunks() throws IOException {
        byte[] blob = noise(4 * TAKEN_BYTES, 13);
        takeNoMoreAtOnce();
        push(blob);
        List<Seen> patches = front.seen("PATCH .*");
        assertThat(patches.subList(1, patches.size()))
                .extracting(patch -> patch.header("Content-Range").orElseThrow())
                .containsExactly("0-599999", "600000-1199999", "1200000-1799999");
        assertThat(patches).extracting(Seen::target).doesNotHaveDuplicates();
        Seen last = front.seen("PUT .*").getLast();
        assertThat(last.header("Content-Range")).contains("1800000-2399999");
        assertThat(last.target()).endsWith("&digest=" + Digest.of(blob));
        assertThat(pull(blob)).isEqualTo(blob);
    }

    @Test
    @DisplayName("PATCH: a registry that takes less than it was sent gets the rest")
    void lessThanWasSent() throws IOException {
        byte[] blob = noise(4 * TAKEN_BYTES, 14);
        takeNoMoreAtOnce();
        front.once(
                "PATCH .*",
                request -> front.pass(new Seen(
                        request.method(),
                        request.target(),
                        Map.of("content-type", "application/octet-stream", "content-range", "0-99999"),
                        Arrays.copyOf(request.body(), 100_000))));
        push(blob);
        assertThat(front.seen("PATCH .*").get(2).header("Content-Range")).contains("100000-699999");
        assertThat(pull(blob)).isEqualTo(blob);
    }

    private void takeNothingOfTheSecondChunk(ScriptedRegistry.Script answer) {
        front.once("PATCH .*", front::pass);
        front.once("PATCH .*", answer);
    }

    @Test
    @DisplayName("PATCH: a registry that took nothing of a chunk is asked how much it has, and gets the chunk again")
    void nothingOfAChunk() throws IOException {
        byte[] blob = noise(4 * TAKEN_BYTES, 32);
        takeNoMoreAtOnce();
        takeNothingOfTheSecondChunk(
                lost -> Reply.of(202).with("Location", lost.target()).with("Range", "0-599999"));
        push(blob);
        assertThat(front.seen("PATCH .*"))
                .extracting(patch -> patch.header("Content-Range").orElseThrow())
                .endsWith("0-599999", "600000-1199999", "600000-1199999", "1200000-1799999");
        assertThat(front.seen("GET .*/blobs/uploads/.*")).hasSize(1);
        assertThat(clients.log).anyMatch(line -> line.contains("took nothing of the chunk at byte 600000"));
        assertThat(pull(blob)).isEqualTo(blob);
    }

    @Test
    @DisplayName("PATCH out of order: after 416 the registry is asked how much it has, and gets the rest")
    void outOfOrder() throws IOException {
        byte[] blob = noise(4 * TAKEN_BYTES, 15);
        takeNoMoreAtOnce();
        takeNothingOfTheSecondChunk(lost -> Reply.of(202).with("Location", lost.target()));
        front.once(
                "PATCH .*",
                early -> Reply.of(416).with("Location", early.target()).with("Range", "0-599999"));
        push(blob);
        assertThat(front.seen("GET .*/blobs/uploads/.*")).hasSize(1);
        assertThat(clients.log).anyMatch(line -> line.contains("answered 416 Range Not Satisfiable"));
        assertThat(pull(blob)).isEqualTo(blob);
    }

    @Test
    @DisplayName("OCI-Chunk-Min-Length: no smaller chunks than the registry takes")
    void smallestChunk() {
        front.on("POST .*", request -> front.pass(request).with("OCI-Chunk-Min-Length", "1000000"));
        front.on("(PUT|PATCH) .*", request -> Reply.of(413));
        assertThatThrownBy(() -> push(noise(4 * TAKEN_BYTES, 16))).hasMessageContaining("413");
        assertThat(front.seen("(PUT|PATCH) .*"))
                .extracting(request -> request.body().length)
                .containsExactly(2_400_000, 1_200_000, 1_000_000);
    }

    @Test
    @DisplayName("POST with mount and from: 201 is the blob, 202 a session as any")
    void mounts() throws IOException {
        byte[] blob = noise(1000, 17);
        push(blob);
        ImageReference sibling = ImageReference.parse(front.host() + "/spec/sibling");
        assertThat(push(sibling, blob, Optional.of(app))).isEqualTo(RegistryClient.Pushed.MOUNTED);
        only("POST /v2/spec/sibling/blobs/uploads/\\?mount=%s&from=spec/app".formatted(Digest.of(blob)));
        byte[] other = noise(1000, 18);
        assertThat(push(sibling, other, Optional.of(app))).isEqualTo(RegistryClient.Pushed.UPLOADED);
        assertThat(front.seen("POST /v2/spec/sibling/.*"))
                .as("the session is used")
                .hasSize(2);
    }

    @Test
    @DisplayName("PUT of a manifest by tag and by digest, under its own type and as its own bytes")
    void manifests() throws IOException {
        Manifest image = image("put");
        client.pushManifest(app.withTag("put"), image.raw(), image.mediaType());
        client.pushManifest(app.at(image.digest()), image.raw(), image.mediaType());
        for (String name : List.of("put", image.digest().toString())) {
            Seen put = only("PUT /v2/spec/app/manifests/" + name);
            assertThat(put.header("Content-Type")).contains(MediaTypes.OCI_MANIFEST);
            assertThat(put.body()).isEqualTo(image.raw());
        }
    }

    @Test
    @DisplayName("PUT of a manifest whose blob is missing: refused, and told by the registry's own code")
    void manifestWithoutItsBlob() throws IOException {
        Descriptor missing = Descriptor.of(MediaTypes.OCI_CONFIG, bytes("never pushed"));
        Manifest image = Manifest.create(MediaFamily.OCI, missing, List.of(), Map.of());
        assertThatThrownBy(() -> client.pushManifest(app.withTag("torn"), image.raw(), image.mediaType()))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.codes()).containsExactly("MANIFEST_BLOB_UNKNOWN"));
        assertThatThrownBy(() -> client.head(app.withTag("torn"))).hasMessageContaining("404");
    }
}
