package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.ScriptedRegistry.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What single vendors' registries do otherwise than the rest; docs/registries.md has a row for each. */
class VendorQuirksTest {
    private static final byte[] MANIFEST = "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8);

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

    private static String error(String code, String message) {
        return "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\"}]}".formatted(code, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ECR               | 400 | TAG_INVALID     | The image tag '1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.",
                "ECR, once         | 400 | TAG_INVALID     | The image tag '1' already exists in the 'app' repository and cannot be overwritten because the repository is immutable.",
                "Harbor            | 412 | PRECONDITION    | Failed to process request due to 'app:1' configured as immutable.",
                "Artifact Registry | 400 | MANIFEST_INVALID| The repository has enabled tag immutability.",
                "ACR, locked       | 405 | UNSUPPORTED     | The operation is disallowed on this registry, repository or image.",
                "Artifactory       | 403 | MANIFEST_INVALID| Not enough permissions to delete/overwrite artifact 'docker-local:app/1/manifest.json' (user 'ci' needs DELETE permission).",
                "Artifactory 6     | 403 | UNKNOWN         | Not enough permissions to overwrite artifact 'docker-local:app/1/manifest.json' (user 'ci' needs DELETE permission).",
                "Nexus             | 400 | UNKNOWN         | Repository does not allow updating assets: docker-hosted",
                "Quay              | 409 | TAG_IMMUTABLE   | no",
                "GitLab            | 400 | TAG_INVALID     | no"
            })
    void recognisesATagThatDoesNotMove(String vendor, int status, String code, String message) {
        registry.on("PUT .*/manifests/1", request -> Reply.of(status, error(code, message)));
        registry.on("HEAD .*/manifests/1", request -> Reply.of(404));
        registry.on("GET .*/manifests/1", request -> Reply.of(404));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.pushManifest(reference(), MANIFEST, MediaTypes.OCI_MANIFEST))
                    .as(vendor)
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.IMMUTABLE_TAG));
        }
    }

    /** The distribution-spec's own meaning of the code: the tag isn't what the manifest says. */
    @Test
    void takesAnInvalidTagForImmutableOnlyWhereSomethingMayBeThere() {
        registry.on(
                "PUT .*/manifests/1", request -> Reply.of(422, error("TAG_INVALID", "manifest tag did not match URI")));
        registry.on("PUT .*/manifests/sha256:.*", request -> Reply.of(400, error("TAG_INVALID", "no")));
        registry.on("(HEAD|GET) .*", request -> Reply.of(404));
        try (RegistryClient client = clients.client()) {
            for (ImageReference reference : List.of(reference(), reference().at(Digest.of(MANIFEST)))) {
                assertThatThrownBy(() -> client.pushManifest(reference, MANIFEST, MediaTypes.OCI_MANIFEST))
                        .isInstanceOfSatisfying(
                                RegistryException.class,
                                e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.REFUSED));
            }
        }
    }

    @Test
    void takesAnInvalidManifestForWhatItIs() {
        registry.on("PUT .*/manifests/1", request -> Reply.of(400, error("MANIFEST_INVALID", "layer is missing")));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.pushManifest(reference(), MANIFEST, MediaTypes.OCI_MANIFEST))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.REFUSED));
        }
    }

    @Test
    void takesNoOtherRefusalOfArtifactoryForATagThatDoesNotMove() {
        registry.once(
                "PUT .*/manifests/1",
                request -> Reply.of(403, error("DENIED", "requested access to the resource is denied")));
        registry.once(
                "PUT .*/manifests/1",
                request -> Reply.of(
                        403,
                        "{\"errors\":[{\"code\":\"MANIFEST_INVALID\",\"message\":\"manifest invalid\","
                                + "\"detail\":{\"description\":\"HTTP 403 Forbidden\"}}]}"));
        registry.on("(HEAD|GET) .*/manifests/1", request -> Reply.of(404));
        try (RegistryClient client = clients.client()) {
            for (String words : List.of("resource is denied", "manifest invalid: HTTP 403 Forbidden")) {
                assertThatThrownBy(() -> client.pushManifest(reference(), MANIFEST, MediaTypes.OCI_MANIFEST))
                        .isInstanceOfSatisfying(
                                RegistryException.class,
                                e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.FORBIDDEN))
                        .hasMessageContaining(words);
            }
        }
    }

    @Test
    void acceptsWhatArtifactoryRefusesToOverwriteWithItself() throws IOException {
        registry.on("PUT .*/manifests/1", request -> Reply.of(403, error("MANIFEST_INVALID", "manifest invalid")));
        registry.on(
                "HEAD .*/manifests/1",
                request -> Reply.of(200)
                        .with("Docker-Content-Digest", Digest.of(MANIFEST).toString())
                        .with("Content-Type", MediaTypes.OCI_MANIFEST)
                        .with("Content-Length", String.valueOf(MANIFEST.length)));
        try (RegistryClient client = clients.client()) {
            client.pushManifest(reference(), MANIFEST, MediaTypes.OCI_MANIFEST);
        }
        assertThat(registry.seen("HEAD .*/manifests/1")).hasSize(1);
    }

    @Test
    void saysWhatDockerHubsLimitIs() {
        registry.on(
                "(GET|HEAD) .*/manifests/1",
                request -> Reply.of(
                                429, error("TOOMANYREQUESTS", "You have reached your unauthenticated pull rate limit."))
                        .with("RateLimit-Limit", "100;w=21600")
                        .with("RateLimit-Remaining", "0;w=21600")
                        .with("Retry-After", "21600"));
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.document(reference()))
                    .hasMessageContaining("RateLimit-Limit: 100;w=21600")
                    .hasMessageContaining("log in, use a mirror, or wait");
        }
    }

    @Test
    void uploadsWhereArtifactRegistryAndGcrSayTo() throws IOException {
        byte[] blob = noise(1000);
        registry.on(
                "POST .*",
                request -> Reply.of(202).with("Location", "/artifacts-uploads/namespaces/team/uploads/AF3x?upload=1"));
        registry.on("PUT /artifacts-uploads/.*", request -> Reply.of(201));
        try (RegistryClient client = clients.client()) {
            client.pushBlob(reference(), layer(blob), source(blob), Optional.empty());
        }
        assertThat(registry.seen("PUT .*"))
                .singleElement()
                .satisfies(request -> assertThat(request.target())
                        .isEqualTo(
                                "/artifacts-uploads/namespaces/team/uploads/AF3x?upload=1&digest=" + Digest.of(blob)));
    }

    @Test
    void followsAnUploadThatIsRedirectedWithItsBody() throws IOException {
        byte[] blob = noise(2000);
        try (ScriptedRegistry storage = new ScriptedRegistry()) {
            storage.on("PUT /here.*", request -> Reply.of(201));
            registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
            registry.on("PUT .*", request -> Reply.of(307).with("Location", storage.url() + "/here?sig=x"));
            try (RegistryClient client = clients.client()) {
                client.pushBlob(reference(), layer(blob), source(blob), Optional.empty());
            }
            assertThat(storage.seen()).singleElement().satisfies(request -> {
                assertThat(request.body()).isEqualTo(blob);
                assertThat(request.header("Authorization")).isEmpty();
            });
        }
    }

    @Test
    void uploadsToNexusThatKnowsNoHeadOnBlobs() throws IOException {
        byte[] blob = noise(1000);
        registry.on("HEAD .*/blobs/.*", request -> Reply.of(405));
        registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
        registry.on("PUT .*", request -> Reply.of(201));
        try (RegistryClient client = clients.client()) {
            assertThat(client.pushBlob(reference(), layer(blob), source(blob), Optional.empty()))
                    .isEqualTo(RegistryClient.Pushed.UPLOADED);
        }
    }

    /** ACR gives its refresh token for one of the identity's, and access tokens for that one. */
    @Test
    void asksAcrForAccessWithARefreshToken() throws IOException {
        registry.close();
        try (ScriptedRegistry acr = new ScriptedRegistry()) {
            String challenge = "Bearer realm=\"%s/oauth2/token\",service=\"%s\"".formatted(acr.url(), acr.host());
            acr.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", challenge));
            acr.on(
                    "POST /oauth2/token",
                    request -> request.text().contains("grant_type=refresh_token")
                                    && request.text().contains("refresh_token=r1")
                            ? Reply.of(200, "{\"access_token\":\"a1\"}")
                            : Reply.of(401));
            acr.on(
                    "PUT .*/manifests/1",
                    request -> request.header("Authorization").orElse("").equals("Bearer a1")
                            ? Reply.of(201)
                            : Reply.of(401).with("WWW-Authenticate", challenge));
            CredentialSource refresh = (host, repository) ->
                    List.of(new Credential.Found(new Credential.IdentityToken(new Secret("r1")), "Azure"));
            try (RegistryClient client = clients.client(RegistryOptions.builder(), refresh)) {
                client.pushManifest(
                        ImageReference.parse(acr.host() + "/team/app:1"), MANIFEST, MediaTypes.OCI_MANIFEST);
            }
        }
    }

    /** Quay, and any registry whose token server refuses the second scope: the blob is uploaded instead. */
    @Test
    void uploadsWhereTheTokenServerRefusesTheSecondScope() throws IOException {
        byte[] blob = noise(1000);
        try (ScriptedRegistry quay = new ScriptedRegistry()) {
            String challenge = "Bearer realm=\"%s/token\",service=\"q\"".formatted(quay.url());
            quay.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", challenge));
            quay.on(
                    "GET /token.*base%2Fimage.*",
                    request -> Reply.of(401, error("UNAUTHORIZED", "access to base/image denied")));
            quay.on("GET /token.*", request -> Reply.of(200, "{\"token\":\"good\"}"));
            quay.on("HEAD .*", request -> Reply.of(404));
            quay.on("POST .*mount=.*", request -> Reply.of(401).with("WWW-Authenticate", challenge));
            quay.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
            quay.on("PUT .*", request -> Reply.of(201));
            try (RegistryClient client = clients.client(RegistryOptions.builder(), TestClients.known("robot", "p"))) {
                assertThat(client.pushBlob(
                                ImageReference.parse(quay.host() + "/team/app"),
                                layer(blob),
                                source(blob),
                                Optional.of(ImageReference.parse(quay.host() + "/base/image"))))
                        .isEqualTo(RegistryClient.Pushed.UPLOADED);
            }
        }
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void goesOnInMidUploadWithANewTokenWhenTheFirstOneEnds() throws IOException {
        byte[] blob = noise(500_000);
        try (ScriptedRegistry short_ = new ScriptedRegistry()) {
            String challenge = "Bearer realm=\"%s/token\",service=\"s\"".formatted(short_.url());
            short_.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", challenge));
            short_.once("GET /token.*", request -> Reply.of(200, "{\"token\":\"first\",\"expires_in\":300}"));
            short_.on("GET /token.*", request -> Reply.of(200, "{\"token\":\"second\",\"expires_in\":300}"));
            short_.on("HEAD .*", request -> Reply.of(404));
            short_.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
            short_.on(
                    "PUT .*",
                    request -> request.header("Authorization").orElse("").equals("Bearer second")
                            ? Reply.of(201)
                            : Reply.of(401, error("UNAUTHORIZED", "token expired"))
                                    .with("WWW-Authenticate", challenge + ",error=\"invalid_token\""));
            try (RegistryClient client = clients.client(RegistryOptions.builder(), TestClients.known("me", "p"))) {
                client.pushBlob(
                        ImageReference.parse(short_.host() + "/team/app"), layer(blob), source(blob), Optional.empty());
            }
            assertThat(short_.seen("PUT .*").getLast().body()).isEqualTo(blob);
            assertThat(short_.seen("POST .*")).hasSize(1);
        }
    }

    @Test
    void sendsChunksWhereAProxyTakesNoLargeBody() throws IOException {
        byte[] blob = noise(5_000_000);
        try (EmbeddedRegistry behind = EmbeddedRegistry.start();
                RegistryClient client = clients.client()) {
            behind.refuseOnce("PUT .*digest=", 413, Map.of());
            ImageReference target = ImageReference.parse(behind.host() + "/team/app");
            client.pushBlob(target, layer(blob), source(blob), Optional.empty());
            assertThat(behind.requests())
                    .extracting(Object::toString)
                    .filteredOn(line -> line.startsWith("PATCH"))
                    .hasSize(1);
            try (InputStream in = client.openBlob(target, layer(blob))) {
                assertThat(in.readAllBytes()).isEqualTo(blob);
            }
        }
    }

    @Test
    void checksTheRightToPushAlthoughTheFirstConnectionBreaks() throws IOException {
        registry.onceRaw("POST .*", exchange -> {
            registry.note(exchange, new byte[0]);
            throw new IOException("a network policy that comes late");
        });
        registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
        registry.on("DELETE .*", request -> Reply.of(204));
        try (RegistryClient client = clients.client()) {
            client.checkPush(reference());
        }
        assertThat(registry.seen("DELETE /v2/team/app/blobs/uploads/u")).hasSize(1);
    }

    @Test
    void staysWithARegistryThatIsAwayForAMinute() throws IOException {
        byte[] blob = noise(1000);
        var start = clients.now.get();
        registry.on("HEAD .*", request -> Reply.of(404));
        registry.on("POST .*", request -> Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u"));
        registry.on(
                "PUT .*", request -> clients.now.get().isBefore(start.plusSeconds(60)) ? Reply.of(503) : Reply.of(201));
        registry.on("GET .*uploads.*", request -> Reply.of(404));
        try (RegistryClient client = new RegistryClient(
                RegistryOptions.builder().build(),
                CredentialSource.NONE,
                clients.listener,
                new Retry(10, clients.now::get, clients::sleep, new Random(1)))) {
            client.pushBlob(reference(), layer(blob), source(blob), Optional.empty());
        }
    }
}
