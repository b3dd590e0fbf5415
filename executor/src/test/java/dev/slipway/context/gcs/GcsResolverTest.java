package dev.slipway.context.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.oauth2.UserCredentials;
import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextUri;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.bucket.Bucket;
import dev.slipway.context.bucket.ObjectStore.Location;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.context.bucket.StoredObject;
import dev.slipway.fixture.cloud.GcsServer;
import dev.slipway.fixture.cloud.GoogleTokens;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.registry.FaultProxy;
import dev.slipway.fixture.registry.FaultProxy.Fault;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gs://} against a server that speaks the JSON API. */
class GcsResolverTest {
    private static final String PUBLIC = "gs://" + GcsServer.PUBLIC_BUCKET;

    @AutoClose
    private final GcsServer server = GcsServer.start("private");

    @TempDir
    private Path room;

    @Test
    void anArchiveInAPublicBucketNeedsNoCredentials() throws Exception {
        server.put(
                GcsServer.PUBLIC_BUCKET, "deep/app 1.tar", tar("main.c", "int main;".getBytes(StandardCharsets.UTF_8)));
        try (BuildContext context = resolve(PUBLIC + "/deep/app 1.tar", emulator(server.url()))) {
            assertThat(context.root().resolve("main.c")).hasContent("int main;");
            assertThat(context.revision()).hasValue("1001");
        }
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void aPrefixIsATreeOfFilesHoweverManyPagesListIt() throws Exception {
        for (String name : new String[] {"Dockerfile", "a/1", "a/2", "b/", "b/3", "c"}) {
            server.put(GcsServer.PUBLIC_BUCKET, "tree/" + name, name.endsWith("/") ? new byte[0] : new byte[10]);
        }
        server.put(GcsServer.PUBLIC_BUCKET, "trees", new byte[1]);
        try (BuildContext context = resolve(PUBLIC + "/tree/", emulator(server.url()))) {
            assertThat(context.sizeBytes()).hasValue(50);
            for (String name : new String[] {"Dockerfile", "a/1", "a/2", "b/3", "c"}) {
                assertThat(context.root().resolve(name)).hasSize(10);
            }
            assertThat(context.root().resolve("s")).doesNotExist();
        }
    }

    @Test
    void aLargeObjectIsReadInPartsAndResumed() throws Exception {
        byte[] large = new byte[(18 << 20) + 77];
        new Random(3).nextBytes(large);
        server.put(GcsServer.PUBLIC_BUCKET, "large.tar", tar("random", large));
        try (FaultProxy proxy = FaultProxy.before(server.host())
                .then(new Fault.ResetAfter(100))
                .then(new Fault.ResetAfter(2 << 20))
                .then(new Fault.CloseAfter(4 << 20))) {
            try (BuildContext context = resolve(PUBLIC + "/large.tar", emulator(proxy.host()))) {
                assertThat(context.root().resolve("random")).hasBinaryContent(large);
            }
        }
        assertThat(server.requests()).anySatisfy(request -> assertThat(request).contains("ifGenerationMatch=1001"));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void aServerThatIsBusyIsAskedAgain(int status) throws Exception {
        server.put(GcsServer.PUBLIC_BUCKET, "app.tar", tar("main.c", new byte[9]));
        try (FaultProxy proxy = FaultProxy.before(server.host())
                .then(Fault.Answer.of(status, "Retry-After: 0"))
                .then(Fault.Answer.of(status, "Retry-After: 0"))) {
            try (BuildContext context = resolve(PUBLIC + "/app.tar", emulator(proxy.host()))) {
                assertThat(context.root().resolve("main.c")).hasSize(9);
            }
        }
    }

    @Test
    void anObjectThatIsReplacedMeanwhileIsNotMixed() throws Exception {
        server.put(GcsServer.PUBLIC_BUCKET, "moving", new byte[1000]);
        try (Location location = new GcsStore()
                .open(ContextUri.parse(PUBLIC + "/moving"), emulator(server.url()), NetworkSettings.direct())) {
            Bucket bucket = location.bucket();
            StoredObject first = bucket.find(location.key()).orElseThrow();
            assertThat(bucket.read(first, 0, 500).readAllBytes()).hasSize(500);
            server.put(GcsServer.PUBLIC_BUCKET, "moving", new byte[1001]);
            assertThatThrownBy(() -> bucket.read(first, 500, 500).readAllBytes())
                    .isInstanceOf(Refused.class)
                    .hasMessage("gs://public/moving was replaced while it was being downloaded: start the build again");
        }
    }

    @Test
    void aTruncatedArchiveLeavesNothing() throws Exception {
        byte[] whole = tar("random", new byte[100_000]);
        server.put(GcsServer.PUBLIC_BUCKET, "half.tar", Arrays.copyOf(whole, 50_000));
        assertThatThrownBy(() -> resolve(PUBLIC + "/half.tar", emulator(server.url())))
                .isInstanceOf(ContextException.class);
        assertThat(room).isEmptyDirectory();
    }

    private ContextOptions credentials(Path file, GoogleTokens tokens) throws IOException {
        return ContextOptions.in(room.resolve("context"))
                .withEnvironment(Map.of(
                        "STORAGE_EMULATOR_HOST", server.url(), "GOOGLE_APPLICATION_CREDENTIALS", file.toString()))
                .withNetwork(NetworkSettings.of(
                        Map.of("SSL_CERT_FILE", tokens.certificate().toString())));
    }

    @Test
    void workloadIdentityFederationGivesTheCredentials() throws Exception {
        server.put("private", "app.tar", tar("main.c", new byte[9]));
        Path token = Files.writeString(room.resolve("token"), GoogleTokens.SUBJECT_TOKEN);
        try (GoogleTokens tokens = GoogleTokens.start()) {
            Path file = Files.writeString(room.resolve("federation.json"), """
                    {
                      "type": "external_account",
                      "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci",
                      "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                      "token_url": "%s",
                      "credential_source": {"file": "%s"}
                    }
                    """.formatted(tokens.url(), token));
            ContextOptions options = credentials(file, tokens);
            ContextUri uri = ContextUri.parse("gs://private/app.tar");
            try (BuildContext context = new GcsResolver().resolve(uri, options)) {
                assertThat(context.root().resolve("main.c")).hasSize(9);
            }
            Files.writeString(token, "another-token");
            assertThatThrownBy(() -> new GcsResolver().resolve(uri, options))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("invalid_grant")
                    .hasMessageNotContaining("another-token");
        }
    }

    @Test
    void aServiceAccountsKeyFileGivesTheCredentials() throws Exception {
        server.put("private", "app.tar", tar("main.c", new byte[9]));
        try (GoogleTokens tokens = GoogleTokens.start();
                GoogleTokens others = GoogleTokens.start()) {
            Path file = Files.writeString(room.resolve("key.json"), tokens.keyFile());
            ContextOptions options = credentials(file, tokens);
            ContextUri uri = ContextUri.parse("gs://private/app.tar");
            try (BuildContext context = new GcsResolver().resolve(uri, options)) {
                assertThat(context.root().resolve("main.c")).hasSize(9);
            }
            Files.writeString(file, others.keyFile().replace(others.url(), tokens.url()));
            assertThatThrownBy(() -> new GcsResolver().resolve(uri, options))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("invalid_grant");
        }
    }

    @Test
    void gcloudsOwnFileIsFoundWhereGcloudKeepsIt() throws Exception {
        Path file = room.resolve("application_default_credentials.json");
        Files.writeString(
                file,
                "{\"type\": \"authorized_user\", \"client_id\": \"i\", \"client_secret\": \"s\", \"refresh_token\": \"r\"}");
        GcsCredentials found =
                GcsCredentials.of(Map.of("CLOUDSDK_CONFIG", room.toString()), false, NetHttpTransport::new);
        assertThat(found.kind()).isEqualTo("those of " + file);
        assertThat(found.credentials()).isInstanceOf(UserCredentials.class);
    }

    @Test
    void whatIsNotThereOrNotAllowedIsNamed() {
        assertThatThrownBy(() -> resolve(PUBLIC + "/absent.tar", emulator(server.url())))
                .hasMessage("context \"gs://public/absent.tar\": no such object \"gs://public/absent.tar\"");
        assertThatThrownBy(() -> resolve("gs://nowhere/x.tar", emulator(server.url())))
                .hasMessageContaining("there is no bucket \"nowhere\"");
        assertThatThrownBy(() -> resolve("gs://private/x.tar", emulator(server.url())))
                .hasMessageContaining("401")
                .hasMessageContaining("no credentials were found (looked for GOOGLE_APPLICATION_CREDENTIALS");
        assertThatThrownBy(() -> resolve(PUBLIC + "/x.tar", Map.of("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")))
                .hasMessageStartingWith("GOOGLE_APPLICATION_CREDENTIALS=/nowhere.json: no credentials can be read");
    }

    @Test
    void anObjectIsWritten() throws Exception {
        try (ObjectStores.Target target = ObjectStores.installed()
                .open(ContextUri.parse(PUBLIC + "/digests/app"), emulator(server.url()), NetworkSettings.direct())) {
            target.put("sha256:0".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(server.content(GcsServer.PUBLIC_BUCKET, "digests/app"))
                .hasValueSatisfying(content -> assertThat(content).asString().isEqualTo("sha256:0"));
    }

    private BuildContext resolve(String uri, Map<String, String> environment)
            throws ContextException, InterruptedException {
        return new GcsResolver()
                .resolve(
                        ContextUri.parse(uri),
                        ContextOptions.in(room.resolve("context")).withEnvironment(environment));
    }

    private static Map<String, String> emulator(String host) {
        return Map.of("STORAGE_EMULATOR_HOST", host);
    }

    private static byte[] tar(String name, byte[] content) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, entries -> entries.file(name, 0644, content));
        return archive.toByteArray();
    }
}
