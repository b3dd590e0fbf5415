package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.FaultProxy;
import dev.slipway.fixture.tool.Skopeo;
import dev.slipway.image.Descriptor;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our client against Debian's docker-registry: open, with a password, over TLS, and behind a network that breaks. */
class RealRegistryTest {
    private static final Platform AMD64 = Platform.of("linux", "amd64");
    private static DockerRegistry registry;

    @TempDir
    private Path directory;

    private final TestClients clients = new TestClients();

    @BeforeAll
    static void start() {
        registry = DockerRegistry.start();
    }

    @AfterAll
    static void stop() {
        registry.close();
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

    private ImageReference reference(String name) {
        return ImageReference.parse(registry.reference(name));
    }

    @Test
    void pushesABlobOnceAndReadsItBack() throws IOException {
        byte[] bytes = noise(3_000_000);
        ImageReference target = reference("once/blob");
        try (RegistryClient client = clients.client()) {
            assertThat(client.blobExists(target, layer(bytes))).isFalse();
            assertThat(client.pushBlob(target, layer(bytes), source(bytes), Optional.empty()))
                    .isEqualTo(RegistryClient.Pushed.UPLOADED);
            assertThat(client.pushBlob(target, layer(bytes), source(bytes), Optional.empty()))
                    .isEqualTo(RegistryClient.Pushed.EXISTED);
            try (InputStream in = client.openBlob(target, layer(bytes))) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
        }
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void pushesAnEmptyBlob() throws IOException {
        byte[] nothing = {};
        ImageReference target = reference("empty/blob");
        try (RegistryClient client = clients.client()) {
            client.pushBlob(target, layer(nothing), source(nothing), Optional.empty());
            try (InputStream in = client.openBlob(target, layer(nothing))) {
                assertThat(in.readAllBytes()).isEmpty();
            }
        }
    }

    @Test
    void mountsABlobFromAnotherRepository() throws IOException {
        byte[] bytes = noise(100_000);
        try (RegistryClient client = clients.client()) {
            client.pushBlob(reference("mount/from"), layer(bytes), source(bytes), Optional.empty());
            BlobSource never = offset -> {
                throw new IOException("nobody shall read this");
            };
            assertThat(client.pushBlob(
                            reference("mount/to"), layer(bytes), never, Optional.of(reference("mount/from"))))
                    .isEqualTo(RegistryClient.Pushed.MOUNTED);
            assertThat(client.blobExists(reference("mount/to"), layer(bytes))).isTrue();
        }
    }

    @Test
    void uploadsWhatCanNotBeMounted() throws IOException {
        byte[] bytes = noise(100_001);
        try (RegistryClient client = clients.client()) {
            assertThat(client.pushBlob(
                            reference("mount/here"),
                            layer(bytes),
                            source(bytes),
                            Optional.of(reference("mount/never-there"))))
                    .isEqualTo(RegistryClient.Pushed.UPLOADED);
        }
    }

    @Test
    void resolvesWhatSkopeoPushedByPlatform() throws IOException {
        Path layout = directory.resolve("layout");
        var arm = ImageBuilder.oci()
                .architecture("arm64")
                .environment("A=arm")
                .layer(tar -> tar.file("a", 0644, "arm"))
                .writeTo(layout);
        var amd = ImageBuilder.oci()
                .architecture("amd64")
                .environment("A=amd")
                .layer(tar -> tar.file("a", 0644, "amd"))
                .writeTo(layout);
        Image.index(List.of(arm, amd));
        Skopeo.run(
                        "copy",
                        "--quiet",
                        "--all",
                        "--dest-tls-verify=false",
                        "oci:" + layout,
                        "docker://" + registry.reference("base/multi:1"))
                .orThrow();
        try (RegistryClient client = clients.client()) {
            Resolved found = client.resolve(reference("base/multi:1"), AMD64);
            assertThat(found.config().container().env()).contains("A=amd");
            assertThat(found.config().platform().architecture()).isEqualTo("amd64");
            assertThat(found.manifest().digest()).hasToString(amd.digest());
            assertThat(found.index()).isPresent();
            try (InputStream in =
                    client.openBlob(found.byDigest(), found.manifest().layers().getFirst())) {
                assertThat(in.readAllBytes()).isNotEmpty();
            }
            assertThatThrownBy(() -> client.resolve(reference("base/multi:1"), Platform.of("linux", "s390x")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("no image for linux/s390x")
                    .hasMessageContaining("linux/arm64, linux/amd64");
        }
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.resolve(reference("never/pushed:1"), AMD64))
                    .isInstanceOfSatisfying(RegistryException.class, e -> {
                        assertThat(e.kind()).isEqualTo(RegistryException.Kind.NOT_FOUND);
                        assertThat(e.codes()).isNotEmpty();
                    })
                    .hasMessageContaining("find \"" + registry.host() + "/never/pushed:1\"")
                    .hasMessageContaining("404 Not Found")
                    .hasMessageContaining("check the name");
        }
    }

    @Test
    void asksForThePasswordOnlyWhereItIsWanted() throws IOException {
        byte[] bytes = noise(70_000);
        try (DockerRegistry locked = DockerRegistry.with().withPassword().start()) {
            ImageReference target = ImageReference.parse(locked.reference("team/app"));
            Credentials known = Credentials.KNOWN;
            try (RegistryClient client =
                    clients.client(RegistryOptions.builder(), TestClients.known(known.user(), known.password()))) {
                client.checkPush(target);
                client.pushBlob(target, layer(bytes), source(bytes), Optional.empty());
            }
            try (RegistryClient client =
                    clients.client(RegistryOptions.builder(), TestClients.known(known.user(), "guessed"))) {
                assertThatThrownBy(() -> client.checkPush(target))
                        .isInstanceOfSatisfying(
                                RegistryException.class,
                                e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.UNAUTHORIZED))
                        .hasMessageContaining("the credential from the test was not accepted")
                        .hasMessageNotContaining("guessed");
            }
            try (RegistryClient client = clients.client()) {
                assertThatThrownBy(() -> client.openBlob(target, layer(bytes)))
                        .hasMessageContaining("no credential for it was found");
            }
        }
    }

    @Test
    void trustsOnlyWhomItIsToldTo() throws IOException {
        try (DockerRegistry secure = DockerRegistry.with().withTls().start()) {
            ImageReference target = ImageReference.parse(secure.reference("team/app"));
            try (RegistryClient client = clients.client()) {
                assertThatThrownBy(() -> client.checkPush(target))
                        .isInstanceOfSatisfying(
                                RegistryException.class,
                                e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.TLS))
                        .hasMessageContaining("nobody we trust signed its certificate")
                        .hasMessageContaining("--registry-certificate");
            }
            Path authority = secure.certificate().orElseThrow();
            try (RegistryClient client = clients.client(
                    RegistryOptions.builder().registryCertificate(secure.host() + "=" + authority),
                    CredentialSource.NONE)) {
                client.checkPush(target);
            }
            try (RegistryClient client = clients.client(
                    RegistryOptions.builder().environment(Map.of("SSL_CERT_FILE", authority.toString())),
                    CredentialSource.NONE)) {
                client.checkPush(target);
            }
            try (RegistryClient client = clients.client(
                    RegistryOptions.builder().push(new RegistryOptions.Leniency(false, true)), CredentialSource.NONE)) {
                client.checkPush(target);
                assertThatThrownBy(() -> client.head(target)).hasMessageContaining("nobody we trust");
            }
            try (RegistryClient client = clients.client(
                    RegistryOptions.builder().skipTlsVerifyRegistry(secure.host()), CredentialSource.NONE)) {
                client.checkPush(target);
                assertThatThrownBy(() -> client.head(target)).hasMessageContaining("404");
            }
        }
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void takesUpABrokenPullWhereItBroke() throws IOException {
        byte[] bytes = noise(2_000_000);
        try (RegistryClient client = clients.client()) {
            client.pushBlob(reference("faults/pull"), layer(bytes), source(bytes), Optional.empty());
        }
        try (FaultProxy proxy = FaultProxy.before(registry.host());
                RegistryClient client = clients.client()) {
            ImageReference through = ImageReference.parse(proxy.host() + "/faults/pull");
            // The first two connections find out whether TLS is spoken; one of them goes on.
            proxy.then(new FaultProxy.Fault.ResetAfter(700_000));
            proxy.then(new FaultProxy.Fault.ResetAfter(700_000));
            proxy.then(new FaultProxy.Fault.CloseAfter(500_000));
            try (InputStream in = client.openBlob(through, layer(bytes))) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
        }
        assertThat(clients.sleeps).isNotEmpty();
        assertThat(clients.log).anyMatch(line -> line.contains("going on at byte"));
        assertThat(registry.log()).contains("206");
    }

    @Test
    void takesUpABrokenPushWhereItBroke() throws IOException {
        byte[] bytes = noise(8_000_000);
        try (RequestCutter cutter = new RequestCutter(registry.host(), 5_000_000);
                RegistryClient client = clients.client()) {
            ImageReference through = ImageReference.parse(cutter.host() + "/faults/push");
            assertThat(client.pushBlob(through, layer(bytes), source(bytes), Optional.empty()))
                    .isEqualTo(RegistryClient.Pushed.UPLOADED);
            assertThat(cutter.hasCut()).isTrue();
        }
        assertThat(clients.sleeps).isNotEmpty();
        try (RegistryClient client = clients.client();
                InputStream in = client.openBlob(reference("faults/push"), layer(bytes))) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void detectsAByteThatChangedOnItsWay() throws IOException {
        byte[] bytes = noise(400_000);
        try (RegistryClient client = clients.client()) {
            client.pushBlob(reference("faults/flip"), layer(bytes), source(bytes), Optional.empty());
        }
        try (FaultProxy proxy = FaultProxy.before(registry.host());
                RegistryClient client = clients.client()) {
            proxy.then(new FaultProxy.Fault.Flip(200_000));
            proxy.then(new FaultProxy.Fault.Flip(200_000));
            ImageReference through = ImageReference.parse(proxy.host() + "/faults/flip");
            assertThatThrownBy(() -> {
                        try (InputStream in = client.openBlob(through, layer(bytes))) {
                            in.readAllBytes();
                        }
                    })
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.CORRUPT))
                    .hasMessageContaining(layer(bytes).digest().toString())
                    .hasMessageContaining("/v2/faults/flip/blobs/");
        }
    }

    @Test
    void saysWhoDoesNotListenAndWhoIsUnknown() throws IOException {
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.head(ImageReference.parse("127.0.0.1:9/app:1")))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.UNREACHABLE))
                    .hasMessageContaining("is the registry up");
            assertThat(clients.sleeps).hasSize(4);
            assertThatThrownBy(() -> client.head(ImageReference.parse("registry.invalid/app:1")))
                    .isInstanceOfSatisfying(
                            RegistryException.class, e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.DNS))
                    .hasMessageContaining("no address for the name \"registry.invalid\"");
        }
    }

    @Test
    void asksMirrorsFirstAndTheRegistryLast() throws IOException {
        byte[] config = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"
                .getBytes(StandardCharsets.UTF_8);
        Descriptor described = Descriptor.of(MediaTypes.OCI_CONFIG, config);
        Manifest manifest = Manifest.create(MediaFamily.OCI, described, List.of(), Map.of());
        ImageReference mirrored = reference("proxy/library/busybox:1");
        try (RegistryClient client = clients.client()) {
            client.pushBlob(mirrored, described, source(config), Optional.empty());
            client.pushManifest(mirrored, manifest.raw(), manifest.mediaType());
        }
        RegistryOptions.Builder options = RegistryOptions.builder()
                .registryMirror("127.0.0.1:9")
                .registryMirror(registry.host() + "/proxy")
                .skipDefaultRegistryFallback(true);
        try (RegistryClient client = clients.client(options, CredentialSource.NONE)) {
            Resolved found = client.resolve(ImageReference.parse("busybox:1"), AMD64);
            assertThat(found.manifest()).isEqualTo(manifest);
            assertThatThrownBy(() -> client.head(ImageReference.parse("alpine")))
                    .hasMessageContaining("none of 2 places has it")
                    .hasMessageContaining("127.0.0.1:9")
                    .hasMessageContaining("404");
        }
        assertThat(clients.log)
                .contains("info: docker.io/library/busybox is served by " + registry.host() + "/proxy/library/busybox");
    }
}
