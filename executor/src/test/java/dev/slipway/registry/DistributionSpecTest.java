package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.RegistryException.Kind;
import dev.slipway.registry.ScriptedRegistry.Reply;
import dev.slipway.registry.ScriptedRegistry.Seen;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the OCI distribution-spec's conformance tests expect of a registry, seen from the other end: what we send for it,
 * and that we take what it may answer. By the specification's own four workflows; the registry is Debian's
 * docker-registry behind a front that notes, or alters, what passes.
 *
 * <p>Tags are never listed and nothing is ever deleted but our own unfinished uploads, so that of "content discovery"
 * and "content management" only the referrers and these remain.
 */
@DisplayName("OCI distribution-spec 1.1")
class DistributionSpecTest {
    private static DockerRegistry registry;

    private final TestClients clients = new TestClients();
    private ScriptedRegistry front;
    private RegistryClient client;
    private ImageReference app;

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

    private static byte[] noise(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Descriptor layer(byte[] bytes) {
        return Descriptor.of(MediaTypes.OCI_LAYER, bytes);
    }

    private RegistryClient.Pushed push(ImageReference to, byte[] blob, Optional<ImageReference> from)
            throws IOException {
        return client.pushBlob(
                to,
                layer(blob),
                offset -> new ByteArrayInputStream(blob, (int) offset, blob.length - (int) offset),
                from);
    }

    private void push(byte[] blob) throws IOException {
        assertThat(push(app, blob, Optional.empty())).isEqualTo(RegistryClient.Pushed.UPLOADED);
    }

    private byte[] pull(byte[] blob) throws IOException {
        try (InputStream in = client.openBlob(app, layer(blob))) {
            return in.readAllBytes();
        }
    }

    /** An image without layers, different from all others. */
    private Manifest image(String marker) throws IOException {
        byte[] config = bytes("{\"os\":\"linux\",\"architecture\":\"amd64\",\"author\":\"%s\"}".formatted(marker));
        push(app, config, Optional.empty());
        Descriptor described = Descriptor.of(MediaTypes.OCI_CONFIG, config);
        return Manifest.create(MediaFamily.OCI, described, List.of(), Map.of());
    }

    private Seen only(String request) {
        List<Seen> found = front.seen(request);
        assertThat(found).as(request).hasSize(1);
        return found.getFirst();
    }

    @Nested
    @DisplayName("Pull")
    class Pull {
        @Test
        @DisplayName("HEAD of a blob: 404 means that it is missing, 200 that it is there")
        void headOfABlob() throws IOException {
            byte[] blob = noise(1000, 1);
            assertThat(client.blobExists(app, layer(blob))).isFalse();
            push(blob);
            assertThat(client.blobExists(app, layer(blob))).isTrue();
            assertThat(front.seen("HEAD /v2/spec/app/blobs/" + Digest.of(blob))).hasSize(3);
        }

        @Test
        @DisplayName("GET of a blob: 200 with its bytes, which are wanted as they are")
        void getOfABlob() throws IOException {
            byte[] blob = noise(1000, 2);
            push(blob);
            assertThat(pull(blob)).isEqualTo(blob);
            assertThat(only("GET /v2/spec/app/blobs/" + Digest.of(blob)).header("Accept-Encoding"))
                    .contains("identity");
        }

        @Test
        @DisplayName("GET of a missing blob: 404, whose code and message are told")
        void getOfAMissingBlob() {
            assertThatThrownBy(() -> pull(noise(1000, 3)))
                    .isInstanceOfSatisfying(RegistryException.class, e -> {
                        assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
                        assertThat(e.codes()).containsExactly("BLOB_UNKNOWN");
                    })
                    .hasMessageContaining("BLOB_UNKNOWN: blob unknown to registry");
        }

        @Test
        @DisplayName("GET of a blob with Range: 206 from where the connection broke")
        void rangeOfABlob() throws IOException {
            byte[] blob = noise(300_000, 4);
            push(blob);
            front.onceRaw("GET .*/blobs/.*", exchange -> {
                front.note(exchange, new byte[0]);
                exchange.sendResponseHeaders(200, blob.length);
                exchange.getResponseBody().write(blob, 0, 100_000);
                exchange.getResponseBody().flush();
                throw new IOException("the connection breaks");
            });
            assertThat(pull(blob)).isEqualTo(blob);
            assertThat(front.seen("GET .*/blobs/.*").getLast().header("Range").orElseThrow())
                    .matches("bytes=[1-9][0-9]*-");
        }

        @Test
        @DisplayName("GET of a blob: any of the redirects leads to it")
        void redirectsOfABlob() throws IOException {
            byte[] blob = noise(1000, 5);
            push(blob);
            for (int status : List.of(301, 302, 303, 307, 308)) {
                front.once(
                        "GET /v2/spec/app/blobs/.*",
                        request -> Reply.of(status).with("Location", request.target() + "?elsewhere"));
                assertThat(pull(blob)).as("%d", status).isEqualTo(blob);
            }
        }

        @Test
        @DisplayName("HEAD of a tag with every type that we read, then GET by the digest that it told")
        void manifestByTag() throws IOException {
            Manifest image = image("by tag");
            client.pushManifest(app, image.raw(), image.mediaType());
            Descriptor found = client.head(app);
            assertThat(found.digest()).isEqualTo(image.digest());
            assertThat(client.document(app.at(found.digest())).raw()).isEqualTo(image.raw());
            assertThat(only("HEAD /v2/spec/app/manifests/1").header("Accept"))
                    .contains(String.join(
                            ", ",
                            MediaTypes.OCI_MANIFEST,
                            MediaTypes.DOCKER_MANIFEST,
                            MediaTypes.OCI_INDEX,
                            MediaTypes.DOCKER_INDEX));
            assertThat(only("GET /v2/spec/app/manifests/" + image.digest()).header("Accept"))
                    .isPresent();
        }

        @Test
        @DisplayName("HEAD of a tag without Docker-Content-Digest: GET, and our own digest")
        void headWithoutADigest() throws IOException {
            Manifest image = image("no digest");
            client.pushManifest(app.withTag("bare"), image.raw(), image.mediaType());
            front.on("(HEAD|GET) .*/manifests/bare", request -> {
                Reply reply = front.pass(request);
                reply.headers().keySet().removeIf("docker-content-digest"::equalsIgnoreCase);
                return reply;
            });
            assertThat(client.head(app.withTag("bare")).digest()).isEqualTo(image.digest());
        }

        @Test
        @DisplayName("GET by digest: the digest asked for is believed, not the one in the header")
        void digestThatIsAskedFor() throws IOException {
            Manifest image = image("asked for");
            client.pushManifest(app, image.raw(), image.mediaType());
            front.on("GET .*/manifests/sha256:.*", request -> {
                Reply reply = front.pass(request);
                reply.headers().keySet().removeIf("docker-content-digest"::equalsIgnoreCase);
                return reply.with(
                        "Docker-Content-Digest", Digest.of(bytes("other")).toString());
            });
            assertThat(client.document(app.at(image.digest())).raw()).isEqualTo(image.raw());
        }

        @Test
        @DisplayName("GET of a missing manifest: 404 with its code; a code that nobody knows is told, too")
        void missingManifest() {
            assertThatThrownBy(() -> client.document(app.withTag("never")))
                    .isInstanceOfSatisfying(
                            RegistryException.class, e -> assertThat(e.codes()).containsExactly("MANIFEST_UNKNOWN"));
            front.on("GET .*/manifests/odd", request -> Reply.of(404, "{\"errors\":[{\"code\":\"NEW_IN_2031\"}]}"));
            assertThatThrownBy(() -> client.document(app.withTag("odd")))
                    .isInstanceOfSatisfying(
                            RegistryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                    .hasMessageContaining("(NEW_IN_2031)");
        }
    }

    /** What the image-spec adds to a pull: layers that a manifest says are elsewhere. */
    @Nested
    @DisplayName("Foreign layers")
    class ForeignLayers {
        private Descriptor at(String url, byte[] blob) {
            Descriptor plain = layer(blob);
            return new Descriptor(
                    plain.mediaType(),
                    plain.digest(),
                    plain.sizeBytes(),
                    List.of(url),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty());
        }

        @Test
        @DisplayName("404 in the registry leads to the URL of the manifest")
        void elsewhere() throws IOException {
            byte[] blob = noise(1000, 30);
            front.on("GET /elsewhere", request -> Reply.of(200, blob));
            try (InputStream in = client.openBlob(app, at(front.url() + "/elsewhere", blob))) {
                assertThat(in.readAllBytes()).isEqualTo(blob);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"no url", "file:///etc/passwd", "/relative", "http:///nobody"})
        @DisplayName("a URL that is none is told")
        void nowhere(String url) {
            assertThatThrownBy(() -> client.openBlob(app, at(url, noise(10, 31))))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("\"" + url + "\", which is no http URL");
        }
    }

    @Nested
    @DisplayName("Push")
    class Push {
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
                            .with(
                                    "Docker-Content-Digest",
                                    Digest.of(bytes("other")).toString()));
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

        @Test
        @DisplayName("PATCH out of order: after 416 the registry is asked how much it has, and gets the rest")
        void outOfOrder() throws IOException {
            byte[] blob = noise(4 * TAKEN_BYTES, 15);
            takeNoMoreAtOnce();
            front.once("PATCH .*", front::pass);
            front.once("PATCH .*", lost -> Reply.of(202).with("Location", lost.target()));
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
                    .containsExactly(2_400_000, 1_200_000);
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
                            RegistryException.class,
                            e -> assertThat(e.codes()).containsExactly("MANIFEST_BLOB_UNKNOWN"));
            assertThatThrownBy(() -> client.head(app.withTag("torn"))).hasMessageContaining("404");
        }
    }

    @Nested
    @DisplayName("Content discovery")
    class Discovery {
        private Descriptor refer(Manifest subject, String what) throws IOException {
            Manifest artifact = Manifest.createArtifact(
                    "application/x." + what,
                    Descriptor.of(MediaTypes.OCI_EMPTY, bytes("{}")),
                    List.of(Descriptor.of("text/plain", bytes(what))),
                    subject.descriptor(),
                    Map.of("what", what));
            push(app, bytes("{}"), Optional.empty());
            push(app, bytes(what), Optional.empty());
            Descriptor listed = artifact.descriptor();
            client.pushReferrer(app, artifact.raw(), listed, subject.digest());
            return listed;
        }

        private ImageReference list(Manifest subject) {
            return app.withTag("sha256-" + subject.digest().hex());
        }

        private List<Descriptor> listed(Manifest subject) throws IOException {
            RegistryClient.Document document = client.document(list(subject));
            return ImageIndex.parse(document.raw(), document.descriptor().mediaType(), "the list")
                    .manifests();
        }

        @Test
        @DisplayName("OCI-Subject: the registry lists the referrer itself, and no tag is made")
        void withTheReferrersApi() throws IOException {
            Manifest subject = image("with the API");
            front.on(
                    "PUT .*/manifests/.*",
                    request -> front.pass(request)
                            .with("OCI-Subject", subject.digest().toString()));
            refer(subject, "a");
            assertThat(front.seen(".* .*/manifests/sha256-.*")).isEmpty();
        }

        @Test
        @DisplayName("no OCI-Subject: the referrers tag is pulled, grows by one, and is put back as an index")
        void withoutTheReferrersApi() throws IOException {
            Manifest subject = image("without the API");
            Descriptor first = refer(subject, "a");
            Descriptor second = refer(subject, "b");
            refer(subject, "b");
            assertThat(listed(subject)).containsExactly(first, second);
            assertThat(front.seen("PUT .*/manifests/sha256-.*"))
                    .as("what is listed is not listed again")
                    .hasSize(2)
                    .allSatisfy(put -> assertThat(put.header("Content-Type")).contains(MediaTypes.OCI_INDEX));
        }

        @Test
        @DisplayName("a referrers tag that is no index is left as it is, and the push fails")
        void aListThatIsNone() throws IOException {
            Manifest subject = image("a list that is none");
            client.pushManifest(list(subject), subject.raw(), subject.mediaType());
            assertThatThrownBy(() -> refer(subject, "a")).isInstanceOf(ImageFormatException.class);
            assertThat(client.head(list(subject)).digest()).isEqualTo(subject.digest());
        }
    }

    @Nested
    @DisplayName("Content management")
    class Management {
        @Test
        @DisplayName("the right to push is asked for by an upload, which is cancelled")
        void cancels() throws IOException {
            client.checkPush(app);
            only("DELETE /v2/spec/app/blobs/uploads/.*");
            assertThat(clients.log).anyMatch(line -> line.contains("cancelled (204)"));
        }

        @ParameterizedTest(name = "status {0}")
        @ValueSource(ints = {400, 404, 405, 501})
        @DisplayName("a registry that cancels nothing has shown the right all the same")
        void cancelsNothing(int status) throws IOException {
            front.on("DELETE .*", request -> Reply.of(status));
            client.checkPush(app);
            only("DELETE .*");
            assertThat(clients.sleeps).isEmpty();
        }
    }
}
