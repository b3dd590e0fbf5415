package dev.slipway.context.s3;

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
import dev.slipway.fixture.cloud.S3Server;
import dev.slipway.fixture.cloud.TokenService;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.registry.FaultProxy;
import dev.slipway.fixture.registry.FaultProxy.Fault;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code s3://} against a server that checks signatures. */
class S3ResolverTest {
    /** More than one part, and not a whole number of them. */
    private static final int LARGE_BYTES = (20 << 20) + 4321;

    private static S3Server server;
    private static byte[] large;

    @TempDir
    private Path room;

    @BeforeAll
    static void fill() throws Exception {
        server = S3Server.start("sources", "written");
        large = new byte[LARGE_BYTES];
        new Random(7).nextBytes(large);
        put("s3://sources/app.tar.gz", gzip(tar("main.c", "int main;".getBytes(StandardCharsets.UTF_8))));
        put("s3://sources/context.tar.gz", gzip(tar("default", new byte[0])));
        put("s3://sources/large.tar", tar("random", large));
        put("s3://sources/tree/Dockerfile", "FROM scratch\n".getBytes(StandardCharsets.UTF_8));
        put("s3://sources/tree/deep/er/ä file", "text".getBytes(StandardCharsets.UTF_8));
        put("s3://sources/tree-not-below", new byte[1]);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void anArchiveIsUnpacked() throws Exception {
        try (BuildContext context = resolve("s3://sources/app.tar.gz", server.environment())) {
            assertThat(context.root().resolve("main.c")).hasContent("int main;");
            assertThat(context.revision()).get().asString().doesNotContain("\"").hasSizeGreaterThan(8);
        }
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void aBucketAloneMeansItsContextArchive() throws Exception {
        try (BuildContext context = resolve("s3://sources", server.environment())) {
            assertThat(context.root().resolve("default")).exists();
        }
    }

    @Test
    void aPrefixIsATreeOfFiles() throws Exception {
        try (BuildContext context = resolve("s3://sources/tree/", server.environment())) {
            assertThat(context.root().resolve("Dockerfile")).hasContent("FROM scratch\n");
            assertThat(context.root().resolve("deep/er/ä file")).hasContent("text");
            assertThat(context.root().resolve("-not-below")).doesNotExist();
            assertThat(context.sizeBytes()).hasValue(17);
        }
        assertThat(room).isEmptyDirectory();
    }

    /** The file system's permissions are how the server knows a public bucket. */
    @Test
    void aPublicBucketNeedsNoCredentials() throws Exception {
        try (S3Server open = S3Server.start("sources")) {
            put("s3://sources/app.tar", tar("main.c", new byte[3]), open.environment());
            Map<String, String> nobody =
                    Map.of("S3_ENDPOINT", open.url(), "AWS_EC2_METADATA_DISABLED", "true", "HOME", room.toString());
            assertThatThrownBy(() -> resolve("s3://sources/app.tar", nobody)).isInstanceOf(ContextException.class);
            Path bucket =
                    Objects.requireNonNull(open.object("sources", "app.tar").getParent());
            Files.setPosixFilePermissions(bucket, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(
                    open.object("sources", "app.tar"), PosixFilePermissions.fromString("rw-r--r--"));
            try (BuildContext context = resolve("s3://sources/app.tar", nobody)) {
                assertThat(context.root().resolve("main.c")).hasSize(3);
            }
        }
    }

    @Test
    void theRegionIsTheVariablesOrTheProfiles() throws Exception {
        Files.createDirectories(room.resolve(".aws"));
        Files.writeString(room.resolve(".aws/config"), """
                [default]
                region = eu-west-1
                [profile china]
                region = cn-north-1
                """);
        String home = room.toString();
        assertThat(S3Settings.of(Map.of("HOME", home)).region()).isEqualTo("eu-west-1");
        assertThat(S3Settings.of(Map.of("HOME", home, "AWS_PROFILE", "china")).region())
                .isEqualTo("cn-north-1");
        assertThat(S3Settings.of(Map.of("HOME", home, "AWS_DEFAULT_REGION", "us-west-2"))
                        .region())
                .isEqualTo("us-west-2");
        assertThat(S3Settings.of(Map.of()).region()).isEqualTo("us-east-1");
    }

    @Test
    void aLargeObjectIsReadInPartsAndPutTogetherInOrder() throws Exception {
        try (BuildContext context = resolve("s3://sources/large.tar", server.environment())) {
            assertThat(context.root().resolve("random")).hasBinaryContent(large);
        }
    }

    @Test
    void aConnectionThatBreaksIsResumed() throws Exception {
        try (FaultProxy proxy = FaultProxy.before(server.host())
                .then(new Fault.ResetAfter(100))
                .then(new Fault.ResetAfter(3 << 20))
                .then(new Fault.CloseAfter(5 << 20))
                .then(new Fault.ResetAfter(1 << 20))) {
            try (BuildContext context = resolve("s3://sources/large.tar", through(proxy))) {
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
            try (BuildContext context = resolve("s3://sources/app.tar.gz", through(proxy))) {
                assertThat(context.root().resolve("main.c")).exists();
            }
            assertThat(proxy.connections()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void anObjectThatIsReplacedMeanwhileIsNotMixed() throws Exception {
        put("s3://sources/moving", new byte[1000]);
        try (Location location = new S3Store()
                .open(ContextUri.parse("s3://sources/moving"), server.environment(), NetworkSettings.direct())) {
            Bucket bucket = location.bucket();
            StoredObject first = bucket.find(location.key()).orElseThrow();
            bucket.read(first, 0, 500).close();
            put("s3://sources/moving", new byte[1001]);
            assertThatThrownBy(() -> bucket.read(first, 500, 500))
                    .isInstanceOf(Refused.class)
                    .hasMessage(
                            "s3://sources/moving was replaced while it was being downloaded: start the build again");
        }
    }

    @Test
    void aStoreWithoutETagsIsSaidToHaveNone() throws Exception {
        String listing = "<ListBucketResult><Contents><Key>tree/f</Key><Size>1</Size></Contents></ListBucketResult>";
        try (FaultProxy proxy = FaultProxy.before(server.host())
                        .then(Fault.Answer.of(200))
                        .then(new Fault.Answer("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                                .formatted(listing.length(), listing)));
                Location location = new S3Store()
                        .open(ContextUri.parse("s3://sources/f"), through(proxy), NetworkSettings.direct())) {
            Bucket bucket = location.bucket();
            assertThatThrownBy(() -> bucket.find("f"))
                    .hasMessage(
                            "s3://sources/f: an answer came without its ETag: the connection ended in the middle of it, or the store doesn't send one");
            assertThatThrownBy(() -> bucket.list("tree/", Optional.empty()))
                    .isInstanceOf(Refused.class)
                    .hasMessageStartingWith("s3://sources/tree/f: the store gives it no ETag");
        }
    }

    @Test
    void aTruncatedArchiveLeavesNothing() throws Exception {
        byte[] whole = gzip(tar("random", large));
        put("s3://sources/half.tar.gz", Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> resolve("s3://sources/half.tar.gz", server.environment()))
                .isInstanceOf(ContextException.class)
                .hasMessageStartingWith("context \"s3://sources/half.tar.gz\": ");
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> resolve("s3://sources/absent.tar", server.environment()))
                .hasMessage("context \"s3://sources/absent.tar\": no such object \"s3://sources/absent.tar\"");
        assertThatThrownBy(() -> resolve("s3://sources/tree", server.environment()))
                .hasMessageEndingWith("no such object; to take what lies below it, write \"s3://sources/tree/\"");
        assertThatThrownBy(() -> resolve("s3://sources/none/", server.environment()))
                .hasMessageContaining("there is no object below \"s3://sources/none/\"");
        assertThatThrownBy(() -> resolve("s3://nowhere/x.tar", server.environment()))
                .hasMessageContaining("there is no bucket \"nowhere\"");
        assertThatThrownBy(() -> resolve("s3://", server.environment())).hasMessageContaining("names no bucket");
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void aWrongSecretIsRefusedAndNotShown() {
        assertThatThrownBy(() ->
                        resolve("s3://sources/app.tar.gz", with("AWS_SECRET_ACCESS_KEY", "a-wrong-secret-of-mine")))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("403")
                .hasMessageContaining("the credentials are those of AWS_ACCESS_KEY_ID")
                .hasMessageNotContaining("a-wrong-secret-of-mine");
    }

    @Test
    void withoutCredentialsTheErrorSaysWhereTheyWereLookedFor() {
        Map<String, String> none = Map.of("S3_ENDPOINT", server.url(), "AWS_EC2_METADATA_DISABLED", "true");
        assertThatThrownBy(() -> resolve("s3://sources/app.tar.gz", none))
                .hasMessageContaining("no credentials were found (looked for AWS_ACCESS_KEY_ID");
    }

    @Test
    void credentialsComeFromAProfile() throws Exception {
        Path file = Files.writeString(
                room.resolve("credentials"),
                "[ci]\naws_access_key_id=%s\naws_secret_access_key=%s\n"
                        .formatted(S3Server.ACCESS_KEY, S3Server.SECRET_KEY));
        Map<String, String> environment = Map.of(
                "AWS_ENDPOINT_URL_S3",
                server.url(),
                "AWS_SHARED_CREDENTIALS_FILE",
                file.toString(),
                "AWS_PROFILE",
                "ci",
                "AWS_EC2_METADATA_DISABLED",
                "true");
        try (BuildContext context = resolve("s3://sources/app.tar.gz", environment)) {
            assertThat(context.root().resolve("main.c")).exists();
        }
    }

    @Test
    void credentialsComeFromAWebIdentity() throws Exception {
        Path token = Files.writeString(room.resolve("token"), TokenService.TOKEN);
        try (TokenService service = TokenService.start()) {
            Map<String, String> environment = Map.of(
                    "AWS_ENDPOINT_URL_S3",
                    server.url(),
                    "AWS_ENDPOINT_URL_STS",
                    service.url(),
                    "AWS_ROLE_ARN",
                    "arn:aws:iam::123456789012:role/ci",
                    "AWS_WEB_IDENTITY_TOKEN_FILE",
                    token.toString());
            try (BuildContext context = resolve("s3://sources/app.tar.gz", environment)) {
                assertThat(context.root().resolve("main.c")).exists();
            }
            assertThat(service.requests())
                    .singleElement()
                    .satisfies(form -> assertThat(form)
                            .containsEntry("RoleArn", "arn:aws:iam::123456789012:role/ci")
                            .containsEntry("RoleSessionName", "slipway"));
            Files.writeString(token, "expired");
            assertThatThrownBy(() -> resolve("s3://sources/app.tar.gz", environment))
                    .hasMessageContaining("InvalidIdentityToken");
        }
    }

    @Test
    void aStoreWithAPrivateCertificateIsReachedOnceItIsTrusted() throws Exception {
        Map<String, String> environment = with("S3_ENDPOINT", server.secureUrl());
        assertThatThrownBy(() -> resolve("s3://sources/app.tar.gz", environment))
                .hasMessageContaining("PKIX");
        ContextOptions trusting = options(environment)
                .withNetwork(NetworkSettings.of(
                        Map.of("SSL_CERT_FILE", server.certificate().toString())));
        try (BuildContext context = new S3Resolver().resolve(ContextUri.parse("s3://sources/app.tar.gz"), trusting)) {
            assertThat(context.root().resolve("main.c")).exists();
        }
    }

    @Test
    void aTreeLargerThanAllowedIsRefused() {
        ContextOptions small = options(server.environment()).withSizeLimit(OptionalLong.of(16));
        assertThatThrownBy(() -> new S3Resolver().resolve(ContextUri.parse("s3://sources/tree/"), small))
                .hasMessageContaining("larger than --context-max-size, 16 bytes");
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void anObjectIsWritten() throws Exception {
        put("s3://written/digests/app", "sha256:0".getBytes(StandardCharsets.UTF_8));
        assertThat(server.object("written", "digests/app")).hasContent("sha256:0");
        assertThatThrownBy(() -> put("s3://written/", new byte[1])).hasMessageContaining("names no object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"minio:9000", "http://", "ftp://minio", "http://user:pass word@minio"})
    void anEndpointThatIsNoUrlIsNamed(String endpoint) {
        assertThatThrownBy(() -> resolve("s3://sources/app.tar.gz", with("S3_ENDPOINT", endpoint)))
                .isInstanceOf(ContextException.class)
                .hasMessageStartingWith("S3_ENDPOINT")
                .hasMessageNotContaining("pass word");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://10.0.0.1:9000", "http://minio:9000", "http://[::1]:9000", "http://localhost"})
    void anEndpointWithoutRoomForABucketInItsNameGetsItInThePath(String endpoint) throws Exception {
        assertThat(S3Settings.of(Map.of("S3_ENDPOINT", endpoint)).pathStyle()).isTrue();
        assertThat(S3Settings.of(Map.of("S3_ENDPOINT", "https://minio.example")).pathStyle())
                .isFalse();
        assertThat(S3Settings.of(Map.of("S3_ENDPOINT", "https://minio.example", "S3_FORCE_PATH_STYLE", "true"))
                        .pathStyle())
                .isTrue();
    }

    private BuildContext resolve(String uri, Map<String, String> environment)
            throws ContextException, InterruptedException {
        return new S3Resolver().resolve(ContextUri.parse(uri), options(environment));
    }

    private ContextOptions options(Map<String, String> environment) {
        return ContextOptions.in(room.resolve("context")).withEnvironment(environment);
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> environment = new HashMap<>(server.environment());
        environment.put(name, value);
        return environment;
    }

    private static Map<String, String> through(FaultProxy proxy) {
        return with("S3_ENDPOINT", "http://" + proxy.host());
    }

    private static void put(String uri, byte[] content) throws Exception {
        put(uri, content, server.environment());
    }

    private static void put(String uri, byte[] content, Map<String, String> environment) throws Exception {
        try (ObjectStores.Target target =
                ObjectStores.installed().open(ContextUri.parse(uri), environment, NetworkSettings.direct())) {
            target.put(content);
        }
    }

    private static byte[] tar(String name, byte[] content) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, entries -> entries.file(name, 0644, content));
        return archive.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
