package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.registry.ScriptedRegistry.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Registries that fail, limit, forget, and send what nobody asked for. */
class FaultsTest {
    private static final Platform AMD64 = Platform.of("linux", "amd64");
    private final TestClients clients = new TestClients();
    private ScriptedRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = new ScriptedRegistry();
        registry.on("GET /v2/", request -> Reply.of(200));
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private ImageReference reference() {
        return ImageReference.parse(registry.host() + "/team/app:1");
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static BlobSource source(byte[] bytes) {
        return offset -> new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }

    private static Descriptor layer(byte[] bytes) {
        return Descriptor.of(MediaTypes.OCI_LAYER, bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Reply document(byte[] raw, String mediaType) {
        return Reply.of(200, raw).with("Content-Type", mediaType);
    }

    private byte[] read(byte[] blob) throws IOException {
        try (RegistryClient client = clients.client();
                InputStream in = client.openBlob(reference(), layer(blob))) {
            return in.readAllBytes();
        }
    }

    @Test
    void waitsAsLongAsTheRegistrySays() throws IOException {
        byte[] blob = noise(1000);
        registry.once("GET /v2/team/app/blobs/.*", request -> Reply.of(429).with("Retry-After", "7"));
        registry.once(
                "GET /v2/team/app/blobs/.*",
                request -> Reply.of(503).with("Retry-After", "Fri, 02 Jan 2026 03:04:42 GMT"));
        registry.on("GET /v2/team/app/blobs/.*", request -> Reply.of(200, blob));
        assertThat(read(blob)).isEqualTo(blob);
        assertThat(clients.sleeps).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(30));
    }

    @Test
    void doesNotWaitForHours() {
        registry.on(
                "GET /v2/team/app/blobs/.*",
                request -> Reply.of(429, "slow down").with("Retry-After", "21600"));
        assertThatThrownBy(() -> read(noise(10)))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.RATE_LIMITED))
                .hasMessageContaining("429 Too Many Requests")
                .hasMessageContaining("log in, use a mirror, or wait");
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void backsOffLongerEachTimeAndGivesUp() {
        registry.on("GET /v2/team/app/blobs/.*", request -> Reply.of(502, "<html>bad gateway</html>"));
        assertThatThrownBy(() -> read(noise(10)))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("answered 502 Bad Gateway; the registry failed on its side");
        assertThat(clients.sleeps).hasSize(4);
        for (int i = 0; i < 4; i++) {
            long full = 500L << i;
            assertThat(clients.sleeps.get(i)).isBetween(Duration.ofMillis(full / 2), Duration.ofMillis(full));
        }
    }

    @Test
    void refusesABlobOfTheWrongSize() {
        byte[] blob = noise(1000);
        registry.on("GET /v2/team/app/blobs/.*", request -> Reply.of(200, noise(999)));
        assertThatThrownBy(() -> read(blob))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.CORRUPT))
                .hasMessageContaining("a blob of 999 bytes where 1000 bytes was expected");
    }

    @Test
    void refusesABlobOfAnotherDigestAndSaysBoth() {
        byte[] blob = noise(1000);
        byte[] other = blob.clone();
        other[500] ^= 1;
        registry.on("GET /v2/team/app/blobs/.*", request -> Reply.of(200, other));
        assertThatThrownBy(() -> read(blob))
                .hasMessageContaining(Digest.of(blob).toString())
                .hasMessageContaining(Digest.of(other).toString())
                .hasMessageContaining(registry.url() + "/v2/team/app/blobs/" + Digest.of(blob));
    }

    @Test
    void goesOnWhereAServerWithoutRangesBrokeOff() throws IOException {
        byte[] blob = noise(300_000);
        registry.onceRaw("GET /v2/team/app/blobs/.*", exchange -> {
            try (exchange;
                    OutputStream out = exchange.getResponseBody()) {
                exchange.sendResponseHeaders(200, blob.length);
                out.write(blob, 0, 100_000);
                out.flush();
                throw new IOException("the server dies");
            }
        });
        registry.on("GET /v2/team/app/blobs/.*", request -> Reply.of(200, blob));
        assertThat(read(blob)).isEqualTo(blob);
    }

    @Test
    void refusesSchema1ByName() {
        registry.on("HEAD .*/manifests/.*", request -> Reply.of(200));
        registry.on(
                "GET .*/manifests/.*",
                request -> document(
                        utf8("{\"schemaVersion\":1,\"name\":\"team/app\",\"fsLayers\":[]}"),
                        MediaTypes.DOCKER_SCHEMA_1_SIGNED));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.resolve(reference(), AMD64))
                    .isInstanceOf(ImageFormatException.class)
                    .hasMessageContaining("Docker's schema 1")
                    .hasMessageContaining(reference().toString());
        }
    }

    @Test
    void readsNoMoreThanAManifestMayHave() {
        byte[] huge = new byte[Manifest.LARGEST_BYTES + 10];
        registry.on("GET .*/manifests/.*", request -> document(huge, MediaTypes.OCI_MANIFEST));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.head(reference()))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("more than 4194304 bytes");
        }
    }

    @Test
    void refusesAManifestThatIsNotTheOneOfTheDigest() {
        Digest wanted = Digest.of(utf8("another"));
        registry.on("GET .*/manifests/.*", request -> document(utf8("{}"), MediaTypes.OCI_MANIFEST));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.document(reference().at(wanted)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining(wanted.toString())
                    .hasMessageContaining(Digest.of(utf8("{}")).toString());
        }
    }

    @Test
    void saysWhereAManifestIsMalformed() {
        byte[] raw = utf8("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"digest\":\"sha256:12\",\"size\":1}}"
                .formatted(MediaTypes.OCI_MANIFEST));
        registry.on("GET .*/manifests/.*", request -> document(raw, MediaTypes.OCI_MANIFEST));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.resolve(reference(), AMD64))
                    .isInstanceOf(ImageFormatException.class)
                    .hasMessageContaining("manifest of \"" + reference() + "\" (" + Digest.of(raw) + "): config.digest")
                    .hasMessageContaining("\"sha256:12\" is not a digest");
        }
    }

    @Test
    void uploadsWithAFixedLengthToARelativeLocation() throws IOException {
        byte[] blob = noise(50_000);
        registry.on(
                "POST /v2/team/app/blobs/uploads/",
                request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u1?_state=a%2Fb%3D"));
        registry.on("PUT .*", request -> Reply.of(201));
        push(blob, Optional.empty());
        assertThat(registry.seen("PUT .*")).singleElement().satisfies(request -> {
            assertThat(request.target())
                    .isEqualTo("/v2/team/app/blobs/uploads/u1?_state=a%2Fb%3D&digest=" + Digest.of(blob));
            assertThat(request.header("Content-Length")).contains("50000");
            assertThat(request.header("Transfer-Encoding")).isEmpty();
            assertThat(request.header("Upgrade")).isEmpty();
            assertThat(request.header("User-Agent")).contains("slipway");
            assertThat(request.body()).isEqualTo(blob);
        });
        assertThat(registry.seen("POST .*"))
                .singleElement()
                .satisfies(
                        request -> assertThat(request.header("Content-Length")).contains("0"));
    }

    @Test
    void uploadsToAnotherHostWithoutSayingWhoWeAre() throws IOException {
        byte[] blob = noise(5000);
        try (ScriptedRegistry storage = new ScriptedRegistry();
                ScriptedRegistry locked = new ScriptedRegistry()) {
            storage.on("PUT /upload/7.*", request -> Reply.of(201));
            locked.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", "Basic realm=\"r\""));
            locked.on("POST .*", request -> Reply.of(202).with("Location", storage.url() + "/upload/7"));
            try (RegistryClient client =
                    clients.client(RegistryOptions.builder(), TestClients.known("shipwright", "pass"))) {
                client.pushBlob(
                        ImageReference.parse(locked.host() + "/team/app"), layer(blob), source(blob), Optional.empty());
            }
            assertThat(storage.seen()).singleElement().satisfies(request -> {
                assertThat(request.header("Authorization")).isEmpty();
                assertThat(request.body()).isEqualTo(blob);
            });
        }
    }

    private RegistryClient.Pushed push(byte[] blob, Optional<ImageReference> mountFrom) throws IOException {
        try (RegistryClient client = clients.client()) {
            return client.pushBlob(reference(), layer(blob), source(blob), mountFrom);
        }
    }

    @Test
    void sendsTheRestOfAnUploadThatBrokeOff() throws IOException {
        byte[] blob = noise(3_000_000);
        registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u1"));
        registry.onceRaw("PUT .*", exchange -> {
            registry.note(exchange, exchange.getRequestBody().readNBytes(1_000_000));
            throw new IOException("the server dies");
        });
        registry.on(
                "GET .*/blobs/uploads/u1",
                request -> Reply.of(204)
                        .with("Range", "0-999999")
                        .with("Location", "/v2/team/app/blobs/uploads/u1?part=2"));
        registry.on("PUT .*", request -> Reply.of(201));
        push(blob, Optional.empty());
        assertThat(registry.seen("PUT .*").getLast()).satisfies(request -> {
            assertThat(request.target()).startsWith("/v2/team/app/blobs/uploads/u1?part=2&digest=sha256:");
            assertThat(request.header("Content-Range")).contains("1000000-2999999");
            assertThat(request.body()).isEqualTo(Arrays.copyOfRange(blob, 1_000_000, 3_000_000));
        });
        assertThat(registry.seen("POST .*")).hasSize(1);
    }

    @Test
    void startsAnUploadAnewWhenTheRegistryHasForgottenIt() throws IOException {
        byte[] blob = noise(1000);
        registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
        registry.once(
                "PUT .*",
                request -> Reply.of(
                        404,
                        "{\"errors\":[{\"code\":\"BLOB_UPLOAD_UNKNOWN\",\"message\":\"blob upload unknown to registry\"}]}"));
        registry.on("PUT .*", request -> Reply.of(201));
        push(blob, Optional.empty());
        assertThat(registry.seen("POST .*")).hasSize(2);
        assertThat(registry.seen("PUT .*").getLast().body()).isEqualTo(blob);
    }

    @Test
    void seesThatABlobArrivedWhoseAnswerWasLost() throws IOException {
        byte[] blob = noise(1000);
        registry.once("HEAD .*", request -> Reply.of(404));
        registry.on("HEAD .*", request -> Reply.of(200).with("Content-Length", "1000"));
        registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
        registry.on("PUT .*", request -> Reply.of(504));
        push(blob, Optional.empty());
        assertThat(registry.seen("PUT .*")).hasSize(1);
    }

    @Test
    void takesTheSessionThatIsOfferedInsteadOfAMount() throws IOException {
        byte[] blob = noise(1000);
        registry.on("POST .*mount=.*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/m"));
        registry.on("PUT .*uploads/m.*", request -> Reply.of(201));
        assertThat(push(blob, Optional.of(ImageReference.parse(registry.host() + "/base/image"))))
                .isEqualTo(RegistryClient.Pushed.UPLOADED);
        assertThat(registry.seen("POST .*"))
                .singleElement()
                .satisfies(request -> assertThat(request.target())
                        .isEqualTo("/v2/team/app/blobs/uploads/?mount=" + Digest.of(blob) + "&from=base/image"));
    }

    @Test
    void uploadsWhereAMountIsRefused() throws IOException {
        for (int status : new int[] {401, 403, 404, 405, 500}) {
            byte[] blob = noise(1000 + status);
            registry.once("POST .*mount=.*", request -> Reply.of(status));
            registry.once(
                    "POST /v2/team/app/blobs/uploads/",
                    request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
            registry.once("PUT .*", request -> Reply.of(201));
            assertThat(push(blob, Optional.of(ImageReference.parse(registry.host() + "/base/image"))))
                    .isEqualTo(RegistryClient.Pushed.UPLOADED);
        }
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void doesNotBlameTheRegistryForBytesThatCanNotBeRead() {
        registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
        BlobSource broken = offset -> {
            throw new IOException("the disk is on fire");
        };
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.pushBlob(reference(), layer(noise(100)), broken, Optional.empty()))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("the disk is on fire");
        }
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void acceptsAnImmutableTagThatIsOnTheSameImage() throws IOException {
        byte[] manifest = utf8("{\"schemaVersion\":2}");
        registry.on(
                "PUT .*/manifests/1",
                request -> Reply.of(
                        400,
                        "{\"errors\":[{\"code\":\"TAG_INVALID\",\"message\":\"The image tag '1' already exists\"}]}"));
        registry.on(
                "HEAD .*/manifests/1",
                request -> Reply.of(200)
                        .with("Docker-Content-Digest", Digest.of(manifest).toString())
                        .with("Content-Type", MediaTypes.OCI_MANIFEST)
                        .with("Content-Length", "19"));
        try (RegistryClient client = clients.client()) {
            client.pushManifest(reference(), manifest, MediaTypes.OCI_MANIFEST);
            assertThatThrownBy(() -> client.pushManifest(reference(), utf8("{}"), MediaTypes.OCI_MANIFEST))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.IMMUTABLE_TAG))
                    .hasMessageContaining("--push-ignore-immutable-tag-errors");
        }
    }

    @Test
    void masksWhatARegistryPutsIntoALocation() {
        registry.on(
                "GET .*/manifests/.*",
                request -> Reply.of(302).with("Location", "http://user:hunter2@127.0.0.1:9/x?token=hunter3"));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.document(reference()))
                    .hasMessageNotContaining("hunter2")
                    .hasMessageNotContaining("hunter3");
        }
    }

    @Test
    void goesThroughTheProxyThatTheEnvironmentNames() throws IOException {
        registry.on("GET http://registry.example:81/v2/", request -> Reply.of(200));
        registry.on(
                "GET http://registry.example:81/v2/team/app/manifests/1",
                request -> document(utf8("{}"), MediaTypes.OCI_MANIFEST));
        RegistryOptions.Builder options = RegistryOptions.builder()
                .insecureRegistry("registry.example:81")
                .environment(Map.of("http_proxy", registry.url(), "HTTPS_PROXY", registry.url()));
        try (RegistryClient client = clients.client(options, CredentialSource.NONE)) {
            assertThat(client.document(ImageReference.parse("registry.example:81/team/app:1"))
                            .raw())
                    .isEqualTo(utf8("{}"));
        }
    }
}
