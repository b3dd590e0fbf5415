package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.RegistryException.Kind;
import dev.slipway.registry.ScriptedRegistry.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("OCI distribution-spec 1.1: Pull")
final class SpecPullTest extends DistributionSpec {
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
            return reply.with("Docker-Content-Digest", Digest.of(bytes("other")).toString());
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

    /** What the image-spec adds to a pull: layers that a manifest says are elsewhere. */
    @Nested
    @DisplayName("Foreign layers")
    class ForeignLayers {
        private Descriptor at(String url, byte[] blob) {
            return at(List.of(url), blob);
        }

        private Descriptor at(List<String> urls, byte[] blob) {
            Descriptor plain = layer(blob);
            return new Descriptor(
                    plain.mediaType(),
                    plain.digest(),
                    plain.sizeBytes(),
                    urls,
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

        @Test
        @DisplayName("every URL of the manifest is tried until one has the layer")
        void elsewhereAtTheSecondUrl() throws IOException {
            byte[] blob = noise(1000, 32);
            front.on("GET /gone", request -> Reply.of(404));
            front.on("GET /elsewhere", request -> Reply.of(200, blob));
            List<String> urls = List.of("file:///etc/passwd", front.url() + "/gone", front.url() + "/elsewhere");
            try (InputStream in = client.openBlob(app, at(urls, blob))) {
                assertThat(in.readAllBytes()).isEqualTo(blob);
            }
            assertThat(front.seen("GET /gone")).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"no url", "file:///etc/passwd", "/relative", "http:///nobody"})
        @DisplayName("a URL that is none is told")
        void nowhere(String url) {
            assertThatThrownBy(() -> client.openBlob(app, at(url, noise(10, 31))))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("\"" + url + "\", which is no http URL");
        }

        @ParameterizedTest
        @CsvSource({
            "ftp://me:hunter2@mirror.example/layer?key=hunter2, ftp://mirror.example/layer",
            "me:hunter2@mirror.example/layer#hunter2, mirror.example/layer",
            "https://me:hunter2@mirror example/layer?hunter2, https://mirror example/layer"
        })
        @DisplayName("a URL that is none is told without the secrets that it may hold")
        void nowhereWithSecrets(String url, String shown) {
            assertThatThrownBy(() -> client.openBlob(app, at(url, noise(10, 31))))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("\"" + shown + "\", which is no http URL")
                    .hasMessageNotContaining("hunter2");
        }
    }
}
