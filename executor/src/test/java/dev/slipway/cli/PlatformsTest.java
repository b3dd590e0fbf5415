package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.ImageBuilder;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One name for several platforms: built in one run, or joined from several. */
class PlatformsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @AutoClose
    private final CommandLine command = new CommandLine().file("hello", "hi");

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    private String[] to(String name, String... flags) {
        List<String> all =
                new ArrayList<>(List.of("--destination=" + registry.reference(name), "--insecure", "--insecure-pull"));
        all.addAll(List.of(flags));
        return all.toArray(String[]::new);
    }

    private static List<String> platforms(JsonNode index) {
        List<String> platforms = new ArrayList<>();
        index.path("manifests")
                .forEach(entry -> platforms.add(entry.at("/platform/os").asText() + "/"
                        + entry.at("/platform/architecture").asText()
                        + (entry.at("/platform/variant").isMissingNode()
                                ? ""
                                : "/" + entry.at("/platform/variant").asText())));
        return platforms;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=b", "manifest:a=b", "index-descriptor:a=b"})
    void anIndexOfPushedImagesHasNoPlaceForOtherAnnotationsThanItsOwn(String annotation) {
        CommandLine.Ended ended = command.run(
                "index",
                "--image=" + registry.reference("part:1"),
                "--destination=" + registry.reference("app:1"),
                "--annotation=" + annotation);
        assertThat(ended.exitCode()).isEqualTo(64);
        assertThat(ended.lastLine()).contains("--annotation", "write index: or manifest-descriptor: in front");
    }

    @Test
    void whatIsToldOfTheDockerfileIsToldOnceForAllPlatforms() {
        String said = command.file("Dockerfile", "FROM scratch AS Upper\nCOPY hello /\n")
                .build(to("app:1", "--platform=linux/amd64,linux/arm64", "--build-arg=NOBODY=1"))
                .err();
        assertThat(said).containsOnlyOnce("StageNameCasing").containsOnlyOnce("NOBODY");
    }

    @Test
    void aListOfPlatformsMakesAnIndexInOneRun() throws IOException {
        command.file("Dockerfile", "FROM scratch\nARG TARGETPLATFORM\nLABEL for=$TARGETPLATFORM\nCOPY hello /\n")
                .builds(to(
                        "app:1",
                        "--platform=linux/amd64,arm64",
                        "--platform=linux/arm/v7",
                        "--platform=windows/amd64",
                        "--tar-path=" + command.path("image.tar"),
                        "--iidfile=" + command.path("iid")));
        RegistryAccess.Manifest index = access.manifest("app", "1");
        assertThat(platforms(index.json()))
                .containsExactly("linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64");
        for (JsonNode entry : index.json().path("manifests")) {
            JsonNode config = access.config(
                    "app", access.manifest("app", entry.path("digest").asText()));
            assertThat(config.at("/config/Labels/for").asText())
                    .startsWith(config.path("os").asText() + "/"
                            + config.path("architecture").asText());
        }
        assertThat(Files.readString(command.path("iid"))).isEqualTo(index.digest());
        command.succeeds(
                "push", command.path("image.tar").toString(), "-d", registry.reference("copy:1"), "--insecure");
        assertThat(access.manifest("copy", "1").digest()).isEqualTo(index.digest());
    }

    @Test
    void eachPlatformIsBuiltOnItsOwnBase() {
        Image amd64 = ImageBuilder.oci()
                .architecture("amd64")
                .layer(tar -> tar.file("arch", 0644, "amd64"))
                .writeTo(command.path("base"));
        Image arm64 = ImageBuilder.oci()
                .architecture("arm64")
                .layer(tar -> tar.file("arch", 0644, "arm64"))
                .writeTo(command.path("base"));
        access.push(Image.index(List.of(amd64, arm64)), "base", "1");
        command.file("Dockerfile", "FROM " + registry.reference("base:1") + "\nCOPY hello /\n")
                .builds(to("app:1", "--platforms", "linux/amd64", "linux/arm64"));
        JsonNode index = access.manifest("app", "1").json();
        assertThat(platforms(index)).containsExactly("linux/amd64", "linux/arm64");
        for (int i = 0; i < 2; i++) {
            assertThat(access.manifest(
                                    "app",
                                    index.at("/manifests/" + i + "/digest").asText())
                            .json()
                            .at("/layers/0/digest")
                            .asText())
                    .isEqualTo(List.of(amd64, arm64).get(i).layerDigests().getFirst());
        }
    }

    /** Docker's manifest list has no annotations on its entries. */
    @Test
    void annotationsOfEntriesMakeAnOciIndexOfImagesOnDockerBases() {
        List<Image> bases = Stream.of("amd64", "arm64")
                .map(architecture -> ImageBuilder.docker()
                        .architecture(architecture)
                        .layer(tar -> tar.file("arch", 0644, architecture))
                        .writeTo(command.path("base")))
                .toList();
        access.push(Image.index(bases), "base", "1");
        command.file("Dockerfile", "FROM " + registry.reference("base:1") + "\nCOPY hello /\n");
        command.builds(to("plain:1", "--platform=linux/amd64,linux/arm64"));
        assertThat(access.manifest("plain", "1").mediaType())
                .isEqualTo("application/vnd.docker.distribution.manifest.list.v2+json");
        command.builds(to("app:1", "--platform=linux/amd64,linux/arm64", "--annotation=manifest-descriptor:a=b"));
        RegistryAccess.Manifest index = access.manifest("app", "1");
        assertThat(index.mediaType()).isEqualTo("application/vnd.oci.image.index.v1+json");
        assertThat(index.json().at("/manifests/0/annotations/a").asText()).isEqualTo("b");
    }

    @Test
    void runIsRefusedWhereThePlatformsProgramsCanNotRun() {
        Image mips = ImageBuilder.oci()
                .architecture("mips64le")
                .layer(tar -> tar.file("bin/sh", 0755, "no program of this machine"))
                .writeTo(command.path("base"));
        access.push(mips, "base", "mips");
        command.file("Dockerfile", "FROM " + registry.reference("base:mips") + "\nRUN true\n");
        CommandLine.Ended ended = command.build(to("app:1", "--platform=linux/mips64le"));
        assertThat(ended.exitCode()).isEqualTo(65);
        assertThat(ended.lastLine())
                .contains("Dockerfile:2", "linux/mips64le", "binfmt_misc", "executor index", "FROM --platform");
        assertThat(access.findManifest("app", "1")).isEmpty();
    }

    @Test
    void runIsRefusedForWindows() {
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\nRUN dir\n");
        CommandLine.Ended ended = command.build(to("app:1", "--platform=windows/amd64"));
        assertThat(ended.exitCode()).isEqualTo(65);
        assertThat(ended.lastLine()).contains("Dockerfile:3", "windows/amd64", "without RUN");
    }

    private byte[] layer(RegistryAccess from, JsonNode layer) {
        return from.blob("win", layer.path("digest").asText());
    }

    private List<String> names(RegistryAccess from, JsonNode layer) {
        return Program.of("tar", "-tz")
                .reading(layer(from, layer))
                .runSuccessfully()
                .out()
                .lines()
                .toList();
    }

    @Test
    void layersOfWindowsHoldFilesAndHivesAndForeignLayersKeepTheirUrls() throws IOException {
        // Debian's registry takes no manifest with URLs unless it is told to.
        try (EmbeddedRegistry embedded = EmbeddedRegistry.start();
                RegistryAccess windows = RegistryAccess.to(embedded)) {
            windowsImages(embedded, windows);
        }
    }

    private void windowsImages(EmbeddedRegistry embedded, RegistryAccess windows) throws IOException {
        command.file("Dockerfile", """
                # escape=`
                FROM scratch
                WORKDIR C:\\app
                COPY hello C:\\app\\
                COPY hello /Windows/System32/a.txt
                """);
        command.builds(
                "--destination=" + embedded.reference("win:1"),
                "--insecure",
                "--platform=windows(10.0.20348.1234)/amd64",
                "--metadata-file=" + command.path("windows.json"));
        assertThat(JSON.readTree(command.path("windows.json").toFile()).at("/containerimage.descriptor/platform"))
                .isEqualTo(JSON.createObjectNode()
                        .put("architecture", "amd64")
                        .put("os", "windows")
                        .put("os.version", "10.0.20348.1234"));
        RegistryAccess.Manifest base = windows.manifest("win", "1");
        JsonNode config = windows.config("win", base);
        assertThat(config.path("os.version").asText()).isEqualTo("10.0.20348.1234");
        assertThat(config.at("/config/WorkingDir").asText()).isEqualTo("\\app");
        assertThat(config.at("/config/Env/0").asText()).isEqualTo("PATH=c:\\Windows\\System32;c:\\Windows");
        assertThat(names(windows, base.json().at("/layers/1"))).containsExactly("Files/", "Files/app/hello", "Hives/");
        assertThat(names(windows, base.json().at("/layers/2")))
                .containsExactly(
                        "Files/",
                        "Files/Windows/",
                        "Files/Windows/System32/",
                        "Files/Windows/System32/a.txt",
                        "Hives/");
        assertThat(Program.of("zcat")
                        .reading(layer(windows, base.json().at("/layers/2")))
                        .runSuccessfully()
                        .out())
                .contains("MSWINDOWS.fileattr=16", "MSWINDOWS.fileattr=32")
                // Owner, group and list lie where a descriptor of these accounts has them.
                .contains("MSWINDOWS.rawsd=AQAEgBQAAAAkAAAAAAAAADAAAAAB");

        ObjectNode foreign = (ObjectNode) JSON.valueToTree(base.json());
        ((ObjectNode) foreign.at("/layers/0"))
                .put("mediaType", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")
                .putArray("urls")
                .add("https://windows.example/layer");
        windows.pushManifest(
                "win", "foreign", base.mediaType(), foreign.toString().getBytes(StandardCharsets.UTF_8));
        command.file(
                "Dockerfile", "FROM " + embedded.reference("win:foreign") + "\nCOPY hello /Windows/System32/b.txt\n");
        command.builds(
                "--destination=" + embedded.reference("win:child"),
                "--insecure",
                "--insecure-pull",
                "--platform=windows/amd64",
                "--provenance=true");
        JsonNode index = windows.manifest("win", "child").json();
        assertThat(index.at("/manifests/0/platform/os.version").asText()).isEqualTo("10.0.20348.1234");
        JsonNode child = windows.manifest("win", index.at("/manifests/0/digest").asText())
                .json();
        assertThat(child.at("/layers/0")).isEqualTo(foreign.at("/layers/0"));
        assertThat(names(windows, child.at("/layers/3")))
                .as("directories that the base has stay as they are")
                .containsExactly("Files/", "Files/Windows/System32/b.txt", "Hives/");
    }

    @Test
    void imagesBuiltApartAreJoinedByTheirReferencesDigestsOrMetadata() {
        command.file("Dockerfile", "FROM scratch\nARG TARGETARCH\nLABEL arch=$TARGETARCH\nCOPY hello /\n");
        command.builds(to("team/amd:1", "--platform=linux/amd64"));
        command.builds(to(
                "arm:1",
                "--platform=linux/arm64",
                "--metadata-file=" + command.path("arm.json"),
                "--digest-file=" + command.path("arm.digest")));
        command.succeeds(concat(
                to("app:1", "--annotation=index:a=b", "--digest-file=" + command.path("digest")),
                "index",
                "--images",
                registry.reference("team/amd:1"),
                "--image-metadata-file=" + command.path("arm.json")));
        RegistryAccess.Manifest index = access.manifest("app", "1");
        assertThat(platforms(index.json())).containsExactly("linux/amd64", "linux/arm64");
        assertThat(index.json().at("/annotations/a").asText()).isEqualTo("b");
        assertThat(command.path("digest")).hasContent(index.digest());

        CommandLine.Ended twice = command.run(concat(
                to("app:2"),
                "index",
                "-i",
                registry.reference("app:1"),
                "-i",
                registry.reference("arm:1"),
                "-i",
                registry.reference("other:1")));
        assertThat(twice.exitCode()).as("%s", twice).isEqualTo(69);
        assertThat(twice.lastLine()).contains("other");

        command.builds(to("other:1", "--platform=linux/arm64", "--label=a=b"));
        CommandLine.Ended same = command.run(
                concat(to("app:2"), "index", "-i", registry.reference("app:1"), "-i", registry.reference("other:1")));
        assertThat(same.exitCode()).isEqualTo(64);
        assertThat(same.lastLine()).contains("two images are for linux/arm64");
    }

    private static String[] concat(String[] flags, String... first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(flags));
        return all.toArray(String[]::new);
    }

    @Test
    void attestationsComeAlongIntoTheJoinedIndex() {
        Image image = ImageBuilder.oci()
                .architecture("amd64")
                .layer(tar -> tar.file("a", 0644, "a"))
                .writeTo(command.path("image"));
        access.push(image, "amd", "1");
        RegistryAccess.Manifest subject = access.manifest("amd", "1");
        // What stands for a statement here has the right media type and that image's blob.
        ObjectNode attestation = (ObjectNode) JSON.valueToTree(subject.json());
        attestation
                .withArray("/layers")
                .forEach(layer -> ((ObjectNode) layer).put("mediaType", "application/vnd.in-toto+json"));
        byte[] raw = attestation.toString().getBytes(StandardCharsets.UTF_8);
        access.pushManifest("amd", "statement", subject.mediaType(), raw);
        ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2);
        index.put("mediaType", "application/vnd.oci.image.index.v1+json");
        var manifests = index.putArray("manifests");
        describe(manifests.addObject(), subject, "linux", "amd64");
        describe(manifests.addObject(), access.manifest("amd", "statement"), "unknown", "unknown")
                .putObject("annotations")
                .put("vnd.docker.reference.type", "attestation-manifest")
                .put("vnd.docker.reference.digest", subject.digest());
        access.pushManifest(
                "amd",
                "index",
                "application/vnd.oci.image.index.v1+json",
                index.toString().getBytes(StandardCharsets.UTF_8));
        command.succeeds(concat(to("app:1"), "index", "--image", registry.reference("amd:index")));
        JsonNode joined = access.manifest("app", "1").json();
        assertThat(platforms(joined)).containsExactly("linux/amd64", "unknown/unknown");
        assertThat(joined.at("/manifests/1/annotations/vnd.docker.reference.digest")
                        .asText())
                .isEqualTo(subject.digest());
    }

    private static ObjectNode describe(
            ObjectNode entry, RegistryAccess.Manifest manifest, String os, String architecture) {
        entry.put("mediaType", manifest.mediaType());
        entry.put("digest", manifest.digest());
        entry.put("size", manifest.bytes().length);
        entry.putObject("platform").put("os", os).put("architecture", architecture);
        return entry;
    }

    @Test
    void imagesOfTwoRegistriesAreJoinedWithWhatTheirBuildsSaidOfThem() {
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\n");
        try (DockerRegistry other = DockerRegistry.start();
                RegistryAccess there = RegistryAccess.to(other)) {
            command.builds(to("amd:1", "--platform=linux/amd64", "--provenance=true"));
            command.builds(
                    "--destination=" + other.reference("arm:1"),
                    "--insecure",
                    "--platform=linux/arm64",
                    "--provenance=true");
            command.succeeds(
                    concat(to("app:1"), "index", "-i", registry.reference("amd:1"), "-i", other.reference("arm:1")));
            JsonNode joined = access.manifest("app", "1").json();
            assertThat(platforms(joined))
                    .containsExactlyInAnyOrder("linux/amd64", "unknown/unknown", "linux/arm64", "unknown/unknown");
            for (JsonNode entry : joined.path("manifests")) {
                JsonNode manifest =
                        access.manifest("app", entry.path("digest").asText()).json();
                assertThat(access.blob("app", manifest.at("/layers/0/digest").asText()))
                        .as("every blob came along")
                        .isNotEmpty();
            }
            assertThat(joined.path("manifests"))
                    .contains(there.manifest("arm", "1").json().at("/manifests/0"));
        }
    }
}
