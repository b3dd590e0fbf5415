package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.tool.Skopeo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One family of media types in an image, whatever it is built on. */
class ImageFormatsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static DockerRegistry registry;

    @AutoClose
    private final CommandLine command = new CommandLine().file("hello", "hi");

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @BeforeAll
    static void start() {
        registry = DockerRegistry.start();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    private static List<String> mediaTypes(RegistryAccess.Manifest manifest) {
        List<String> types = new ArrayList<>(List.of(
                manifest.mediaType(),
                manifest.json().path("mediaType").asText(),
                manifest.json().at("/config/mediaType").asText()));
        manifest.json()
                .path("layers")
                .forEach(layer -> types.add(layer.path("mediaType").asText()));
        return types;
    }

    @ParameterizedTest
    @CsvSource({
        "oci,,oci",
        "docker,,docker",
        "oci,docker,docker",
        "docker,oci,oci",
        "scratch,,oci",
        "scratch,docker,docker"
    })
    void everyTypeIsOfTheBasesFamilyUnlessAnotherIsAskedFor(String base, String flag, String family) {
        String from = "scratch";
        if (!base.equals("scratch")) {
            Image image = (base.equals("oci") ? ImageBuilder.oci() : ImageBuilder.docker())
                    .layer(tar -> tar.file("base", 0644, "base"))
                    .writeTo(command.path("base"));
            access.push(image, base, "1");
            from = registry.reference(base + ":1");
        }
        command.file("Dockerfile", "FROM " + from + "\nCOPY hello /\nLABEL a=b\n");
        String destination = registry.reference("app:" + base + flag);
        List<String> flags = new ArrayList<>(List.of("--destination=" + destination, "--insecure", "--insecure-pull"));
        if (flag != null) {
            flags.add("--image-format=" + flag);
        }
        command.builds(flags.toArray(String[]::new));
        String prefix = family.equals("oci") ? "application/vnd.oci.image." : "application/vnd.docker.";
        assertThat(mediaTypes(access.manifest("app", base + flag)))
                .hasSize(base.equals("scratch") ? 4 : 5)
                .allSatisfy(type -> assertThat(type).startsWith(prefix));
        assertThat(Skopeo.inspect("docker://" + destination)).contains("\"a\": \"b\"");
    }

    /** An image that isn't rebuilt keeps its base's layers as they are packed; only the new one is packed anew. */
    @ParameterizedTest
    @CsvSource({
        "oci,--compression=zstd,oci,+zstd",
        "oci,--compression=zstd --compression-level=1,oci,+zstd",
        "oci,--compression=zstd --compression-level=19,oci,+zstd",
        "oci,--compression=zstd --image-format=oci,oci,+zstd",
        "docker,--compression=zstd,oci,+zstd",
        "docker,--compression=zstd --image-format=oci,oci,+zstd",
        "docker,--compression=gzip --compression-level=9,docker,.gzip",
        "oci,--compression=gzip --compression-level=1 --image-format=docker,docker,.gzip",
        "docker,--compression-level=0,docker,.gzip"
    })
    void layersArePackedAsTheFlagsSayInAFormatThatHasThem(String base, String flags, String family, String suffix) {
        ImageBuilder builder = base.equals("oci") ? ImageBuilder.oci() : ImageBuilder.docker();
        access.push(builder.layer(tar -> tar.file("base", 0644, "base")).writeTo(command.path("base")), "packed", base);
        List<String> all = new ArrayList<>(List.of(flags.split(" ")));
        all.addAll(List.of("--destination=" + registry.reference("app:packed"), "--insecure", "--insecure-pull"));
        command.file("Dockerfile", "FROM " + registry.reference("packed:" + base) + "\nCOPY hello /\n")
                .builds(all.toArray(String[]::new));
        List<String> types = mediaTypes(access.manifest("app", "packed"));
        String prefix = family.equals("oci") ? "application/vnd.oci.image." : "application/vnd.docker.";
        assertThat(types).hasSize(5).allSatisfy(type -> assertThat(type).startsWith(prefix));
        assertThat(types.getLast()).endsWith(suffix);
        assertThat(types.get(3)).as("the base's layer").endsWith("gzip");
        Image pulled = Skopeo.pull(registry.reference("app:packed"), command.path("pulled"));
        assertThat(pulled.layerDigests()).hasSize(2);
    }

    @Test
    void aHigherLevelGivesASmallerLayer() {
        command.file("hello", "abcdefghij klmnop\n".repeat(3000) + "qrstuvwxyz\n".repeat(5000));
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\n");
        for (String compression : List.of("gzip", "zstd")) {
            assertThat(layerBytes(compression, 9)).as(compression).isLessThan(layerBytes(compression, 1));
        }
    }

    private long layerBytes(String compression, int level) {
        command.builds(
                "--destination=" + registry.reference("level:1"),
                "--insecure",
                "--compression=" + compression,
                "--compression-level=" + level);
        return access.manifest("level", "1").json().at("/layers/0/size").asLong();
    }

    @ParameterizedTest
    @CsvSource({
        "--compression=zstd --image-format=docker,layers packed with zstd",
        "--compression=zstd --compression-level=23,23",
        "--compression=gzip --compression-level=10,10",
        "--compression-level=-2,--compression-level -2"
    })
    void whatNoFormatOrPackerHasIsRefused(String flags, String words) {
        List<String> all = new ArrayList<>(List.of(flags.split(" ")));
        all.add("--no-push");
        CommandLine.Ended ended =
                command.file("Dockerfile", "FROM scratch\nCOPY hello /\n").build(all.toArray(String[]::new));
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(64);
        assertThat(ended.lastLine()).contains(words);
    }

    @Test
    void aBaseThatIsPackedWithZstdIsNoImageOfDockersFormat() throws IOException {
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\n")
                .builds("--compression=zstd", "--destination=" + registry.reference("packed:1"), "--insecure");
        CommandLine.Ended ended = command.file(
                        "Dockerfile", "FROM " + registry.reference("packed:1") + "\nCOPY hello /x\n")
                .build("--image-format=docker", "--no-push", "--insecure-pull");
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(64);
        assertThat(ended.lastLine()).contains("layers packed with zstd, as the base image has");
    }

    @Test
    void labelsOfTheBaseAreInheritedAndItsAnnotationsAreNot() throws IOException {
        Image image =
                ImageBuilder.oci().layer(tar -> tar.file("base", 0644, "base")).writeTo(command.path("base"));
        access.push(image, "annotated", "plain");
        ObjectNode manifest = (ObjectNode) JSON.readTree(image.manifest());
        manifest.putObject("annotations").put("org.opencontainers.image.revision", "of the base");
        access.pushManifest(
                "annotated", "1", image.mediaType(), manifest.toString().getBytes(StandardCharsets.UTF_8));
        command.file("Dockerfile", "FROM " + registry.reference("annotated:1") + "\nLABEL mine=1\nCOPY hello /\n")
                .builds("--destination=" + registry.reference("first:1"), "--insecure", "--insecure-pull");
        command.file("Dockerfile", "FROM " + registry.reference("first:1") + "\nCOPY hello /again\n")
                .builds("--destination=" + registry.reference("second:1"), "--insecure", "--insecure-pull");
        RegistryAccess.Manifest second = access.manifest("second", "1");
        assertThat(access.manifest("first", "1").json().has("annotations")).isFalse();
        assertThat(second.json().has("annotations")).isFalse();
        JsonNode labels = access.config("second", second).at("/config/Labels");
        assertThat(labels).isEqualTo(JSON.createObjectNode().put("mine", "1"));
    }

    /** A manifest of Docker's with a layer that calls itself OCI's, as tools have made them that append layers. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBaseThatMixesTheTwoFormatsMakesAnImageOfOne(boolean reproducible) throws IOException {
        Image image = ImageBuilder.docker()
                .layer(tar -> tar.file("one", 0644, "1"))
                .layer(tar -> tar.file("two", 0644, "2"))
                .writeTo(command.path("base"));
        access.push(image, "mixed", "pure");
        ObjectNode manifest = (ObjectNode) JSON.readTree(image.manifest());
        ((ObjectNode) manifest.at("/layers/1")).put("mediaType", "application/vnd.oci.image.layer.v1.tar+gzip");
        access.pushManifest("mixed", "1", image.mediaType(), manifest.toString().getBytes(StandardCharsets.UTF_8));
        command.file("Dockerfile", "FROM " + registry.reference("mixed:1") + "\nCOPY hello /\n")
                .builds(
                        "--destination=" + registry.reference("app:1"),
                        "--insecure",
                        "--insecure-pull",
                        "--reproducible=" + reproducible);
        assertThat(mediaTypes(access.manifest("app", "1")))
                .hasSize(6)
                .allSatisfy(type -> assertThat(type).startsWith("application/vnd.docker."));
        assertThat(Skopeo.pull(registry.reference("app:1"), command.path("pulled"))
                        .layerDigests())
                .hasSize(3);
    }
}
