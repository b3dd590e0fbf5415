package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.slipway.attest.CosignKeys;
import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What is said of an image, where it is found, and that other tools believe the signatures. */
class AttestationsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @AutoClose
    private final CommandLine command = new CommandLine().file("hello", "hi");

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    private void builds(String... flags) {
        List<String> all = new ArrayList<>(
                List.of("--destination=" + registry.reference("app:1"), "--insecure", "--insecure-pull"));
        all.addAll(List.of(flags));
        command.builds(all.toArray(String[]::new));
    }

    private JsonNode json(String digest) throws IOException {
        return JSON.readTree(access.blob("app", digest));
    }

    private JsonNode statement(JsonNode manifest, String predicate) throws IOException {
        for (JsonNode layer : manifest.path("layers")) {
            if (layer.at("/annotations")
                    .path("in-toto.io/predicate-type")
                    .asText()
                    .equals(predicate)) {
                return json(layer.path("digest").asText());
            }
        }
        throw new AssertionError("no statement of " + predicate + " in " + manifest);
    }

    /** What the list that stands in for the referrers API has. */
    private List<JsonNode> referrers(String digest) {
        List<JsonNode> referrers = new ArrayList<>();
        access.manifest("app", digest.replace(':', '-'))
                .json()
                .path("manifests")
                .forEach(referrers::add);
        return referrers;
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
    }

    @Test
    void theBillOfADebianNamesWhatDpkgNames() throws IOException {
        Image debian = BaseImages.debian();
        access.push(debian, "debian", "12");
        command.file("Dockerfile", "FROM " + registry.reference("debian:12") + "\nCOPY hello /\n");
        builds("--sbom=spdx", "--sbom=cyclonedx,file=" + command.path("bom.cdx.json"));

        Path root = Files.createDirectory(command.path("root"));
        Program.of(
                        "tar",
                        "-C",
                        root.toString(),
                        "-xzf",
                        debian.blob(debian.layerDigests().getFirst()).toString())
                .with("var/lib/dpkg")
                .runSuccessfully();
        List<String> dpkg = Program.of(
                        "dpkg-query", "--admindir", root.resolve("var/lib/dpkg").toString())
                .with("-W", "-f", "${binary:Package} ${Version}\n")
                .runSuccessfully()
                .out()
                .lines()
                .map(line -> line.replaceFirst(":[a-z0-9]+ ", " "))
                .toList();
        assertThat(dpkg).hasSizeGreaterThan(50);
        JsonNode index = access.manifest("app", "1").json();
        String image = index.at("/manifests/0/digest").asText();
        JsonNode attestation = access.attestation("app", "1");
        JsonNode spdx = statement(attestation, "https://spdx.dev/Document");
        List<String> listed = new ArrayList<>();
        spdx.at("/predicate/packages").forEach(each -> {
            if (each.at("/externalRefs/0/referenceLocator").asText().startsWith("pkg:deb/debian/")) {
                listed.add(each.path("name").asText() + " "
                        + each.path("versionInfo").asText());
            }
        });
        assertThat(listed).containsExactlyInAnyOrderElementsOf(dpkg);
        assertThat(spdx.at("/subject/0/digest/sha256").asText()).isEqualTo(image.substring("sha256:".length()));
        assertThat(spdx.at("/predicate/spdxVersion").asText()).isEqualTo("SPDX-2.3");

        JsonNode bom = JSON.readTree(command.path("bom.cdx.json").toFile());
        assertThat(bom.path("specVersion").asText()).isEqualTo("1.6");
        assertThat(bom.path("components"))
                .hasSize(spdx.at("/predicate/packages").size() - 1);
        assertThat(statement(attestation, "https://cyclonedx.org/bom").path("predicate"))
                .isEqualTo(bom);
    }

    @Test
    void stagesAndTheContextAreListedWhereTheDockerfileSaysSo() throws IOException {
        command.file("requirements.txt", "flask==3.0.1\n").file("Dockerfile", """
                        ARG BUILDKIT_SBOM_SCAN_CONTEXT=true
                        FROM scratch AS tools
                        ARG BUILDKIT_SBOM_SCAN_STAGE=other,tools
                        COPY <<EOF /requirements.txt
                        pytest==8.1.0
                        EOF
                        FROM scratch AS quiet
                        COPY hello /
                        FROM scratch
                        COPY --from=tools /requirements.txt /by-tools/
                        COPY --from=quiet /hello /
                        """);
        builds("--sbom=spdx", "--sbom=cyclonedx");
        JsonNode index = access.manifest("app", "1").json();
        JsonNode attestation = access.attestation("app", "1");
        List<String> listed = new ArrayList<>();
        for (JsonNode layer : attestation.path("layers")) {
            JsonNode statement = json(layer.path("digest").asText());
            assertThat(statement.at("/subject/0/digest/sha256").asText())
                    .isEqualTo(index.at("/manifests/0/digest").asText().substring("sha256:".length()));
            JsonNode document = statement.path("predicate");
            String name = document.has("name")
                    ? document.path("name").asText()
                    : document.at("/metadata/component/name").asText();
            List<String> packages = new ArrayList<>();
            document.path("packages")
                    .forEach(each -> packages.add(each.path("name").asText()));
            document.path("components")
                    .forEach(each -> packages.add(each.path("name").asText()));
            packages.remove(name);
            listed.add(name.replaceFirst("^.*/app", "app") + " " + packages);
        }
        assertThat(listed)
                .containsExactly(
                        "app [pytest]",
                        "app (context) [flask]",
                        "app (tools) [pytest]",
                        "app [pytest]",
                        "app (context) [flask]",
                        "app (tools) [pytest]");
    }

    @Test
    void provenanceIsInTheIndexAsWithBuildKitAndAReferrerOfTheImage() throws IOException {
        command.file("Dockerfile", "FROM scratch AS last\nARG A\nCOPY hello /\n");
        builds(
                "--provenance=mode=max,builder-id=https://ci.example/1",
                "--build-arg=A=b",
                "--target=last",
                "--results-dir=" + command.path("results"),
                "--sbom=true");
        JsonNode index = access.manifest("app", "1").json();
        assertThat(index.path("manifests")).hasSize(2);
        String image = index.at("/manifests/0/digest").asText();
        JsonNode entry = index.at("/manifests/1");
        assertThat(entry.at("/platform/os").asText()).isEqualTo("unknown");
        assertThat(entry.at("/platform/architecture").asText()).isEqualTo("unknown");
        assertThat(entry.at("/annotations/vnd.docker.reference.type").asText()).isEqualTo("attestation-manifest");
        assertThat(entry.at("/annotations/vnd.docker.reference.digest").asText())
                .isEqualTo(image);
        JsonNode statement = statement(access.attestation("app", "1"), "https://slsa.dev/provenance/v1");
        assertThat(statement.path("_type").asText()).isEqualTo("https://in-toto.io/Statement/v0.1");
        assertThat(statement.at("/subject/0/name").asText())
                .startsWith("pkg:docker/")
                .contains("app@1?platform=");
        assertThat(statement.at("/predicate/runDetails/builder/id").asText()).isEqualTo("https://ci.example/1");
        assertThat(statement
                        .at("/predicate/buildDefinition/externalParameters/configSource/path")
                        .asText())
                .as("where BuildKit has it, too")
                .isEqualTo("Dockerfile");
        JsonNode asked = statement.at("/predicate/buildDefinition/externalParameters/request");
        assertThat(asked.at("/args").path("build-arg:A").asText()).isEqualTo("b");
        assertThat(asked.path("target").asText()).isEqualTo("last");
        assertThat(referrers(image))
                .extracting(each -> each.path("artifactType").asText())
                .containsOnly("application/vnd.in-toto+json")
                .hasSize(2);
        JsonNode referrer = access.manifest(
                        "app", referrers(image).getFirst().path("digest").asText())
                .json();
        assertThat(referrer.at("/subject/digest").asText()).isEqualTo(image);
        assertThat(Files.readString(command.path("results/SBOM_BLOB_URL")))
                .startsWith(registry.reference("app@sha256:"));
        assertThat(json(Files.readString(command.path("results/SBOM_BLOB_URL")).replaceFirst(".*@", ""))
                        .path("predicateType")
                        .asText())
                .isEqualTo("https://spdx.dev/Document");
    }

    @Test
    void provenanceOfModeMinTellsNoBuildArguments() throws IOException {
        command.file("Dockerfile", "FROM scratch\nARG A\nCOPY hello /\n");
        builds("--provenance=true", "--build-arg=A=private");
        assertThat(statement(access.attestation("app", "1"), "https://slsa.dev/provenance/v1")
                        .toString())
                .doesNotContain("private");
    }

    @Test
    void theJdkAloneVerifiesSignatureAndBundles() throws Exception {
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\n");
        KeyPair key = newKey();
        command.variable("KEY", pem("PRIVATE KEY", key.getPrivate().getEncoded()));
        builds(
                "--sign=env://KEY",
                "--provenance=true",
                "--platform=linux/amd64,linux/arm64",
                "--destination=" + registry.reference("team/other:1"));
        String digest = access.manifest("app", "1").digest();

        for (String repository : List.of("app", "team/other")) {
            Signed signed = signature(repository, digest);
            assertThat(verifies(key, signed)).isTrue();
            assertThat(verifies(newKey(), signed)).isFalse();
            JsonNode critical = JSON.readTree(signed.message()).path("critical");
            assertThat(critical.at("/image/docker-manifest-digest").asText()).isEqualTo(digest);
            assertThat(critical.at("/identity/docker-reference").asText()).isEqualTo(registry.reference(repository));
            assertThat(critical.path("type").asText()).isEqualTo("cosign container image signature");
        }
        List<String> statements = new ArrayList<>();
        List<String> subjects = new ArrayList<>(List.of(digest));
        access.manifest("app", "1").json().path("manifests").forEach(entry -> {
            if (entry.at("/platform/os").asText().equals("linux")) {
                subjects.add(entry.path("digest").asText());
            }
        });
        for (String subject : subjects) {
            for (JsonNode listed : referrers(subject)) {
                if (!listed.path("artifactType").asText().contains("sigstore.bundle")) {
                    continue;
                }
                JsonNode manifest =
                        access.manifest("app", listed.path("digest").asText()).json();
                JsonNode envelope =
                        json(manifest.at("/layers/0/digest").asText()).path("dsseEnvelope");
                byte[] statement =
                        Base64.getDecoder().decode(envelope.path("payload").asText());
                byte[] encoded = ("DSSEv1 28 application/vnd.in-toto+json %d ".formatted(statement.length)
                                + new String(statement, StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.UTF_8);
                assertThat(verifies(
                                key,
                                new Signed(
                                        encoded,
                                        envelope.at("/signatures/0/sig").asText())))
                        .isTrue();
                JsonNode said = JSON.readTree(statement);
                assertThat("sha256:" + said.at("/subject/0/digest/sha256").asText())
                        .isEqualTo(subject);
                statements.add(said.path("predicateType").asText());
            }
        }
        assertThat(statements)
                .containsExactlyInAnyOrder(
                        "https://sigstore.dev/cosign/sign/v1",
                        "https://slsa.dev/provenance/v1",
                        "https://slsa.dev/provenance/v1");
    }

    /** A message and its signature in Base64. */
    private record Signed(byte[] message, String signature) {}

    /** What cosign looks for under the digest's tag. */
    private Signed signature(String repository, String digest) {
        JsonNode layer = access.manifest(repository, digest.replace(':', '-') + ".sig")
                .json()
                .at("/layers/0");
        assertThat(layer.path("mediaType").asText()).isEqualTo("application/vnd.dev.cosign.simplesigning.v1+json");
        return new Signed(
                access.blob(repository, layer.path("digest").asText()),
                layer.path("annotations")
                        .path("dev.cosignproject.cosign/signature")
                        .asText());
    }

    private static boolean verifies(KeyPair key, Signed signed) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(key.getPublic());
        verifier.update(signed.message());
        return verifier.verify(Base64.getDecoder().decode(signed.signature()));
    }

    @Test
    void aSavedImageIsPushedWithItsSignatureAndWhatRefersToIt() throws Exception {
        KeyPair key = newKey();
        command.variable("KEY", pem("PRIVATE KEY", key.getPrivate().getEncoded()))
                .file("Dockerfile", "FROM scratch\nCOPY hello /\n");
        builds(
                "--no-push",
                "--sign=env://KEY",
                "--oci-layout-path=" + command.path("layout"),
                "--tar-path=" + command.path("tar"));
        for (String saved : List.of("layout", "tar")) {
            command.succeeds(
                    "push",
                    command.path(saved).toString(),
                    "--destination=" + registry.reference(saved + ":1"),
                    "--insecure");
            String digest = access.manifest(saved, "1").digest();
            assertThat(verifies(key, signature(saved, digest))).as(saved).isTrue();
            assertThat(access.manifest(saved, digest.replace(':', '-')).json().path("manifests"))
                    .as(saved)
                    .isNotEmpty();
        }
    }

    @Test
    void signsWithAKeyAsCosignKeepsIt() throws Exception {
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\n");
        KeyPair key = newKey();
        Path encrypted =
                Files.writeString(command.path("cosign.key"), CosignKeys.encrypted(key.getPrivate(), "a password"));
        command.variable("COSIGN_PASSWORD", "a password");
        builds("--sign=" + encrypted);
        String digest = access.manifest("app", "1").digest();
        assertThat(verifies(key, signature("app", digest))).isTrue();
        assertThat(verifies(newKey(), signature("app", digest))).isFalse();

        command.variable("COSIGN_PASSWORD", "wrong");
        CommandLine.Ended wrong = command.build("--no-push", "--destination=a.example/b", "--sign=" + encrypted);
        assertThat(wrong.exitCode()).isEqualTo(64);
        assertThat(wrong.lastLine()).contains("COSIGN_PASSWORD");
    }

    @Test
    void refusesKeysThatItCanNotRead() {
        command.file("Dockerfile", "FROM scratch\nCOPY hello /\n");
        for (String key : List.of("keyless", "awskms:///alias/a", "env://NONE", "/none.pem")) {
            CommandLine.Ended ended = command.build("--no-push", "--destination=a.example/b", "--sign=" + key);
            assertThat(ended.exitCode()).as("%s", ended).isEqualTo(64);
            assertThat(ended.lastLine()).contains("--sign");
        }
        assertThat(command.build("--no-push", "--sign=k").lastLine()).contains("--sign needs a --destination");
        CommandLine.Ended several = command.build(
                "--no-push", "--platform=linux/amd64,linux/arm64", "--sbom=spdx,file=" + command.path("bom"));
        assertThat(several.exitCode()).isEqualTo(64);
        assertThat(several.lastLine()).contains("leave out the file, or build one platform at a time");
        assertThat(command.build("--no-push", "--sbom=odd").lastLine()).contains("--sbom \"odd\"");
        assertThat(command.build("--no-push", "--provenance=odd").lastLine()).contains("--provenance \"odd\"");
    }
}
