package dev.slipway.context.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextUri;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.bucket.Bucket;
import dev.slipway.context.bucket.ObjectStore.Location;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.context.bucket.StoredObject;
import dev.slipway.fixture.cloud.AzureServer;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.registry.FaultProxy;
import dev.slipway.fixture.registry.FaultProxy.Fault;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Azure's blobs against Microsoft's own emulator. */
class AzureResolverTest {
    private static final String CONTAINER = "https://devstoreaccount1.blob.core.windows.net/sources";

    private static AzureServer server;
    private static byte[] large;

    @TempDir
    private Path room;

    @BeforeAll
    static void fill() throws Exception {
        server = AzureServer.start();
        server.createContainer("sources");
        large = new byte[(9 << 20) + 99];
        new Random(5).nextBytes(large);
        put("app 1.tar", tar("main.c", "int main;".getBytes(StandardCharsets.UTF_8)));
        put("large.tar", tar("random", large));
        put("tree/Dockerfile", new byte[10]);
        put("tree/deep/er/file", new byte[20]);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void anArchiveIsUnpackedByTheAccountsKey() throws Exception {
        try (BuildContext context = resolve(CONTAINER + "/app%201.tar", server.environment())) {
            assertThat(context.root().resolve("main.c")).hasContent("int main;");
        }
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void aPrefixIsATreeOfFiles() throws Exception {
        try (BuildContext context = resolve(CONTAINER + "/tree/", server.environment())) {
            assertThat(context.root().resolve("Dockerfile")).hasSize(10);
            assertThat(context.root().resolve("deep/er/file")).hasSize(20);
        }
    }

    @Test
    void aSignatureInTheUrlIsEnoughAndIsNotShown() throws Exception {
        String sas = server.readSignature("sources");
        Map<String, String> endpoint = Map.of("AZURE_STORAGE_BLOB_ENDPOINT", server.url());
        try (BuildContext context = resolve(CONTAINER + "/app%201.tar?" + sas, endpoint)) {
            assertThat(context.root().resolve("main.c")).exists();
            assertThat(context.origin()).isEqualTo(CONTAINER + "/app%201.tar");
        }
        String forged = sas.replaceFirst("sig=[^&]+", "sig=Zm9yZ2Vk");
        assertThatThrownBy(() -> resolve(CONTAINER + "/app%201.tar?" + forged, endpoint))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("403")
                .hasMessageContaining("the credential is the signature in the URL")
                .hasMessageNotContaining("Zm9yZ2Vk");
    }

    @Test
    void aPublicContainerNeedsNoCredentials() throws Exception {
        server.createPublicContainer("open");
        String archive = CONTAINER.replace("/sources", "/open/app.tar");
        put(ContextUri.parse(archive), tar("main.c", new byte[9]));
        Map<String, String> endpoint = Map.of("AZURE_STORAGE_BLOB_ENDPOINT", server.url());
        try (BuildContext context = resolve(archive, endpoint)) {
            assertThat(context.root().resolve("main.c")).hasSize(9);
        }
    }

    @Test
    void aLargeBlobIsReadInPartsAndResumed() throws Exception {
        try (FaultProxy proxy =
                FaultProxy.before(server.host()).then(new Fault.ResetAfter(100)).then(new Fault.ResetAfter(1 << 20))) {
            try (BuildContext context = resolve(CONTAINER + "/large.tar", through(proxy))) {
                assertThat(context.root().resolve("random")).hasBinaryContent(large);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void aServerThatIsBusyIsAskedAgain(int status) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(server.host())
                .then(Fault.Answer.of(status, "Retry-After: 0"))
                .then(Fault.Answer.of(status, "Retry-After: 0"))) {
            try (BuildContext context = resolve(CONTAINER + "/app%201.tar", through(proxy))) {
                assertThat(context.root().resolve("main.c")).exists();
            }
        }
    }

    @Test
    void aBlobThatIsReplacedMeanwhileIsNotMixed() throws Exception {
        put("moving", new byte[1000]);
        try (Location location = new AzureStore()
                .open(ContextUri.parse(CONTAINER + "/moving"), server.environment(), NetworkSettings.direct())) {
            Bucket bucket = location.bucket();
            StoredObject first = bucket.find(location.key()).orElseThrow();
            assertThat(bucket.read(first, 0, 500).readAllBytes()).hasSize(500);
            put("moving", new byte[1001]);
            assertThatThrownBy(() -> bucket.read(first, 500, 500).readAllBytes())
                    .isInstanceOf(Refused.class)
                    .hasMessage(
                            CONTAINER + "/moving was replaced while it was being downloaded: start the build again");
        }
    }

    @Test
    void whatIsNotThereOrNotAllowedIsNamed() {
        assertThatThrownBy(() -> resolve(CONTAINER + "/absent.tar", server.environment()))
                .hasMessageContaining("no such object \"" + CONTAINER + "/absent.tar\"");
        assertThatThrownBy(() ->
                        resolve("https://devstoreaccount1.blob.core.windows.net/nowhere/x.tar", server.environment()))
                .hasMessageContaining("there is no container \"nowhere\"");
        assertThatThrownBy(
                        () -> resolve(CONTAINER + "/app%201.tar", Map.of("AZURE_STORAGE_BLOB_ENDPOINT", server.url())))
                .hasMessageContaining("no credentials were found (looked for a signature in the URL");
        assertThatThrownBy(() -> resolve("https://devstoreaccount1.blob.core.windows.net/x", server.environment()))
                .hasMessageContaining("names no blob");
        assertThat(room).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "https://acc.blob.core.windows.net/c/b.tar, https://login.microsoftonline.com/",
        "https://acc.z12.blob.storage.azure.net/c/b.tar, https://login.microsoftonline.com/",
        "https://acc.blob.core.chinacloudapi.cn/c/b.tar, https://login.chinacloudapi.cn/",
        "https://acc.blob.core.usgovcloudapi.net/c/b.tar, https://login.microsoftonline.us/"
    })
    void sovereignCloudsHaveTheirOwnLogin(String url, String login) throws Exception {
        ContextUri uri = ContextUri.parse(url);
        assertThat(new AzureResolver().accepts(uri)).isTrue();
        assertThat(BlobUrl.of(uri).login()).isEqualTo(login);
        assertThat(BlobUrl.of(uri).account()).isEqualTo("acc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.org/c/b.tar", "http://acc.blob.core.windows.net/c/b", "s3://b/k"})
    void otherUrlsAreNotAzures(String url) throws Exception {
        assertThat(new AzureResolver().accepts(ContextUri.parse(url))).isFalse();
    }

    private BuildContext resolve(String uri, Map<String, String> environment)
            throws ContextException, InterruptedException {
        return new AzureResolver()
                .resolve(
                        ContextUri.parse(uri),
                        ContextOptions.in(room.resolve("context")).withEnvironment(environment));
    }

    private static Map<String, String> through(FaultProxy proxy) {
        return Map.of(
                "AZURE_STORAGE_BLOB_ENDPOINT",
                "http://" + proxy.host() + "/" + AzureServer.ACCOUNT,
                "AZURE_STORAGE_ACCESS_KEY",
                AzureServer.KEY);
    }

    private static void put(String key, byte[] content) throws Exception {
        put(ContextUri.parse(CONTAINER + "/" + key.replace(" ", "%20")), content);
    }

    private static void put(ContextUri uri, byte[] content) throws Exception {
        try (ObjectStores.Target target =
                ObjectStores.installed().open(uri, server.environment(), NetworkSettings.direct())) {
            target.put(content);
        }
    }

    private static byte[] tar(String name, byte[] content) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, entries -> entries.file(name, 0644, content));
        return archive.toByteArray();
    }
}
