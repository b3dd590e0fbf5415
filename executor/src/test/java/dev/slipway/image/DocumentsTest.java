package dev.slipway.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests and configs, byte for byte. */
class DocumentsTest {
    private static final Digest DIGEST = Digest.of(utf8("x"));

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void writesManifestsAsBuildKitDoes() {
        Manifest manifest = Manifest.create(
                MediaFamily.DOCKER,
                Descriptor.of(MediaTypes.DOCKER_CONFIG, DIGEST, 7),
                List.of(Descriptor.of(MediaTypes.DOCKER_LAYER_GZIP, DIGEST, 8)),
                Map.of());
        assertThat(new String(manifest.raw(), StandardCharsets.UTF_8)).isEqualTo("""
                        {
                          "schemaVersion": 2,
                          "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                          "config": {
                            "mediaType": "application/vnd.docker.container.image.v1+json",
                            "digest": "%1$s",
                            "size": 7
                          },
                          "layers": [
                            {
                              "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                              "digest": "%1$s",
                              "size": 8
                            }
                          ]
                        }""".formatted(DIGEST));
        assertThat(manifest.isImage()).isTrue();
    }

    @Test
    void keepsTheBytesOfWhatItReads() throws IOException {
        byte[] raw = utf8(
                "{ \"schemaVersion\" :2,\"unknown\":[1],\"layers\":[], \"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":3}}\n"
                        .formatted(MediaTypes.OCI_CONFIG, DIGEST));
        Manifest manifest = Manifest.parse(raw, "application/json", "of a test");
        assertThat(manifest.raw()).isEqualTo(raw);
        assertThat(manifest.digest()).isEqualTo(Digest.of(raw));
        assertThat(manifest.mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{",
                "{} {}",
                "{\"schemaVersion\":3}",
                "{\"schemaVersion\":2,\"layers\":{}}",
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}",
                "{\"schemaVersion\":2,\"config\":{\"digest\":\"md5:1\",\"size\":1}}",
                "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:x\",\"size\":-1}}",
                "{\"schemaVersion\":\"2\"}"
            })
    void saysOfAMalformedManifestWhichOneItIs(String text) {
        assertThatThrownBy(() -> Manifest.parse(utf8(text), MediaTypes.OCI_MANIFEST, "of \"registry/app:1\""))
                .isInstanceOf(ImageFormatException.class)
                .hasMessageStartingWith("manifest of \"registry/app:1\"");
    }

    @Test
    void survivesDeepNesting() {
        byte[] deep = utf8("{\"a\":" + "[".repeat(100_000));
        assertThatThrownBy(() -> Manifest.parse(deep, MediaTypes.OCI_MANIFEST, "of a test"))
                .isInstanceOf(ImageFormatException.class);
    }

    @Test
    void writesAConfigInBuildKitsOrder() throws IOException {
        ContainerConfig container = ContainerConfig.EMPTY
                .change()
                .user("app")
                .exposePorts(List.of("80/tcp", "443/tcp"))
                .variable("PATH", "/bin")
                .variable("A", "1")
                .variable("PATH", "/usr/bin")
                .entrypoint(List.of("/app"))
                .cmd(List.of("run"))
                .addVolumes(List.of("/data"))
                .workingDir("/srv")
                .labels(Map.of("b", "2", "a", "1"))
                .stopSignal("SIGINT")
                .healthcheck(new HealthCheck(
                        List.of("CMD", "ok"), Duration.ofSeconds(3), Duration.ZERO, Duration.ZERO, Duration.ZERO, 2))
                .onBuild(List.of("RUN x"))
                .shell(List.of("/bin/bash", "-c"))
                .build();
        ImageConfig config = ImageConfig.scratch(Platform.of("linux", "arm", "v7"))
                .withContainer(container)
                .withAuthor("me")
                .withCreated(Instant.parse("2024-05-06T07:08:09.120Z"))
                .plus(new DiffId(DIGEST), HistoryEntry.of(Instant.parse("2024-05-06T07:08:09Z"), "COPY a b", false))
                .plus(HistoryEntry.of(Instant.parse("2024-05-06T07:08:09.000000001Z"), "USER app", true));
        String json = new String(config.toJson(), StandardCharsets.UTF_8);
        assertThat(json)
                .isEqualTo(
                        ("{\"architecture\":\"arm\",\"author\":\"me\",\"config\":{\"User\":\"app\",\"ExposedPorts\":{\"443/tcp\":{},\"80/tcp\":{}},"
                                        + "\"Env\":[\"PATH=/usr/bin\",\"A=1\"],\"Entrypoint\":[\"/app\"],\"Cmd\":[\"run\"],"
                                        + "\"Volumes\":{\"/data\":{}},\"WorkingDir\":\"/srv\",\"Labels\":{\"a\":\"1\",\"b\":\"2\"},"
                                        + "\"StopSignal\":\"SIGINT\",\"Healthcheck\":{\"Test\":[\"CMD\",\"ok\"],\"Interval\":3000000000,\"Retries\":2},"
                                        + "\"OnBuild\":[\"RUN x\"],\"Shell\":[\"/bin/bash\",\"-c\"]},"
                                        + "\"created\":\"2024-05-06T07:08:09.12Z\",\"history\":["
                                        + "{\"created\":\"2024-05-06T07:08:09Z\",\"created_by\":\"COPY a b\",\"comment\":\"buildkit.dockerfile.v0\"},"
                                        + "{\"created\":\"2024-05-06T07:08:09.000000001Z\",\"created_by\":\"USER app\",\"comment\":\"buildkit.dockerfile.v0\",\"empty_layer\":true}],"
                                        + "\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]},\"variant\":\"v7\"}")
                                .formatted(DIGEST));
        assertThat(ImageConfig.parse(config.toJson(), "of a test")).isEqualTo(config);
    }

    @Test
    void readsWhatDockersClassicBuilderWrote() throws IOException {
        ImageConfig config = ImageConfig.parse(utf8("""
                        {"architecture":"amd64","config":{"Hostname":"f00","Tty":false,"Env":["A=1","A=2"],"Cmd":null,
                        "Volumes":null,"OnBuild":null,"Labels":null,"ArgsEscaped":true},"container":"f00",
                        "container_config":{"Env":["B=1"]},"created":"2019-01-02T03:04:05.678+02:00","docker_version":"17",
                        "history":null,"os":"windows","os.version":"10.0.1","rootfs":{"type":"layers","diff_ids":null}}"""), "of a test");
        assertThat(config.created()).contains(Instant.parse("2019-01-02T01:04:05.678Z"));
        assertThat(config.container().variable("A")).contains("2");
        assertThat(config.container().argsEscaped()).isTrue();
        assertThat(config.platform().osVersion()).contains("10.0.1");
        assertThat(new String(config.toJson(), StandardCharsets.UTF_8))
                .doesNotContain("container_config")
                .doesNotContain("Hostname")
                .contains("\"os.version\":\"10.0.1\"");
    }

    @Test
    void saysWhatIsWrongWithAConfigAndWhere() {
        assertThatThrownBy(() -> ImageConfig.parse(utf8("{\"config\":{\"Env\":[\"A=1\",5]}}"), "of \"a/b:1\""))
                .isInstanceOf(ImageFormatException.class)
                .hasMessage("image config of \"a/b:1\": config.Env[1] is of the JSON type number, not a string");
        assertThatThrownBy(() -> ImageConfig.parse(utf8("{\"created\":\"yesterday\"}"), "of \"a/b:1\""))
                .hasMessage("image config of \"a/b:1\": created is \"yesterday\", which is no time of RFC 3339");
    }

    @Test
    void writesAnImageInOneFamilyOfMediaTypes() {
        Descriptor oci = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, DIGEST, 1);
        assertThat(MediaFamily.DOCKER.relabel(oci).mediaType()).isEqualTo(MediaTypes.DOCKER_LAYER_GZIP);
        assertThat(MediaFamily.OCI.relabel(MediaFamily.DOCKER.relabel(oci))).isEqualTo(oci);
        Descriptor foreign = Descriptor.of(MediaTypes.DOCKER_FOREIGN_LAYER_GZIP, DIGEST, 1);
        assertThat(MediaFamily.OCI.relabel(foreign).mediaType()).isEqualTo(MediaTypes.OCI_FOREIGN_LAYER_GZIP);
        assertThatThrownBy(() -> MediaFamily.DOCKER.layer(LayerCompression.ZSTD))
                .hasMessageContaining("zstd");
        assertThat(MediaTypes.compressionOf("application/vnd.cncf.helm.chart")).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha256:", "sha256:ABC", "md5:00", "", "sha256", "sha512:00"})
    void refusesWhatIsNoDigest(String text) {
        assertThatThrownBy(() -> Digest.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" is not a digest");
    }

    @Test
    void verifiesSha512() {
        byte[] bytes = utf8("abc");
        Digest digest = Digest.ofHash(
                Digest.Algorithm.SHA512, Digest.Algorithm.SHA512.newHash().digest(bytes));
        assertThat(Digest.parse(digest.toString()).matches(bytes)).isTrue();
        assertThat(digest.matches(utf8("abd"))).isFalse();
    }
}
