package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import dev.slipway.fixture.tool.SigstoreVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures of {@code --sign} as openssl sees them, and what becomes of those that are there. */
class SignaturesTest {
    private static final String SIGNATURE_TAG = "PUT /v2/app/manifests/sha256-[0-9a-f]+\\.sig";

    @AutoClose
    private final CommandLine command =
            new CommandLine().file("hello", "hi").file("Dockerfile", "FROM scratch\nCOPY hello /\n");

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    private static final String EC = "ecparam -name prime256v1 -genkey -noout";

    /** A private key that openssl makes, and its public one beside it. */
    private Path key(String name, String arguments) throws IOException {
        Path key = command.path(name);
        List<String> words = List.of(arguments.split(" "));
        openssl(words.getFirst())
                .with("-out", key.toString())
                .with(words.subList(1, words.size()))
                .runSuccessfully();
        openssl("pkey", "-in", key.toString(), "-pubout", "-out", publicKey(key).toString())
                .runSuccessfully();
        return key;
    }

    private static Path publicKey(Path key) {
        return key.resolveSibling(key.getFileName() + ".pub");
    }

    private static Program openssl(String... arguments) {
        return Program.of(Program.require("openssl", "openssl")).with(arguments);
    }

    private CommandLine.Ended signs(Path key, String... more) {
        List<String> flags =
                new ArrayList<>(List.of("--destination=" + registry.reference("app:1"), "--insecure", "--sign=" + key));
        flags.addAll(List.of(more));
        return command.build(flags.toArray(String[]::new));
    }

    private void signed(Path key) {
        CommandLine.Ended ended = signs(key);
        assertThat(ended.exitCode()).as("%s", ended).isZero();
    }

    private String digest() {
        return access.manifest("app", "1").digest();
    }

    private JsonNode signatures() {
        return access.manifest("app", digest().replace(':', '-') + ".sig").json();
    }

    /** Whether openssl finds a signature of this key among those that cosign would. */
    private boolean isSignedWith(Path key) throws IOException {
        for (JsonNode layer : signatures().path("layers")) {
            Path payload = Files.write(
                    command.path("payload"),
                    access.blob("app", layer.path("digest").asText()));
            assertThat(payload).content().contains(digest());
            Path signature = Files.write(
                    command.path("signature"),
                    Base64.getDecoder()
                            .decode(layer.path("annotations")
                                    .path("dev.cosignproject.cosign/signature")
                                    .asText()));
            Completed verified = openssl("pkeyutl", "-verify", "-pubin", "-rawin")
                    .with(isEd25519(key) ? List.of() : List.of("-digest", "sha256"))
                    .with("-inkey", publicKey(key).toString())
                    .with("-in", payload.toString(), "-sigfile", signature.toString())
                    .run();
            if (verified.exitCode() == 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEd25519(Path key) {
        return openssl("pkey", "-noout", "-text", "-in", key.toString())
                .runSuccessfully()
                .out()
                .startsWith("ED25519");
    }

    @Test
    void anotherKeysSignatureIsAddedAndTheFirstOneStaysGood() throws IOException {
        Path build = key("build.key", EC);
        Path release = key("release.key", "genrsa 2048");
        signed(build);
        signed(release);
        assertThat(signatures().path("layers")).hasSize(2);
        assertThat(isSignedWith(build)).isTrue();
        assertThat(isSignedWith(release)).isTrue();
        assertThat(isSignedWith(key("other.key", EC))).isFalse();
        assertThat(access.config("app", access.manifest("app", digest().replace(':', '-') + ".sig"))
                        .at("/rootfs/diff_ids"))
                .as("as cosign and podman read it")
                .hasSize(2);
    }

    @Test
    void theSameKeySignsTheSameImageOnce() throws IOException {
        Path key = key("a.key", EC);
        signed(key);
        JsonNode first = signatures();
        registry.forgetRequests();
        signed(key);
        assertThat(signatures()).isEqualTo(first);
        assertThat(registry.count(SIGNATURE_TAG)).isZero();
        assertThat(access.manifest("app", digest().replace(':', '-')).json().path("manifests"))
                .as("the signature and its bundle")
                .hasSize(2);
    }

    @Test
    void aPushThatIsRepeatedSignsNoSecondTime() throws IOException {
        registry.refuseOnce("PUT /v2/app/manifests/1", 400, "MANIFEST_BLOB_UNKNOWN");
        Path key = key("ed25519.key", "genpkey -algorithm ed25519");
        CommandLine.Ended ended = signs(key, "--push-retry=1");
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        assertThat(signatures().path("layers")).hasSize(1);
        assertThat(access.manifest("app", digest().replace(':', '-')).json().path("manifests"))
                .hasSize(2);
    }

    @Test
    void aTagOfSignaturesThatDoesNotMoveEndsThePushUnlessThatIsIgnored() throws IOException {
        Path key = key("a.key", EC);
        registry.refuseOnce(SIGNATURE_TAG, 400, "TAG_INVALID");
        CommandLine.Ended failed = signs(key);
        assertThat(failed.exitCode()).as("%s", failed).isEqualTo(69);
        assertThat(failed.lastLine()).contains(".sig", "the tag is immutable");
        assertThat(access.findManifest("app", "1")).isEmpty();

        registry.refuseOnce(SIGNATURE_TAG, 400, "TAG_INVALID");
        registry.refuseOnce("PUT /v2/app/manifests/sha256-[0-9a-f]+$", 412, Map.of());
        registry.refuseOnce("PUT /v2/app/manifests/sha256-[0-9a-f]+$", 409, "TAG_IMMUTABLE");
        CommandLine.Ended refused = signs(key, "--push-ignore-immutable-tag-errors");
        assertThat(refused.exitCode()).as("another refusal stays one").isEqualTo(69);
        assertThat(refused.err()).contains("the signature is found among the image's referrers only");
        CommandLine.Ended pushed = signs(key, "--push-ignore-immutable-tag-errors");
        assertThat(pushed.exitCode()).as("%s", pushed).isZero();
        assertThat(pushed.err()).contains("it stays out of the list of referrers");
        assertThat(access.findManifest("app", "1")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "BEGIN PRIVATE KEY,     genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256",
        "BEGIN EC PRIVATE KEY,  ecparam -name prime256v1 -genkey -noout",
        "BEGIN EC PRIVATE KEY,  ecparam -name secp384r1 -genkey -noout",
        "BEGIN PRIVATE KEY,     genrsa 2048",
        "BEGIN RSA PRIVATE KEY, genrsa -traditional 2048",
        "BEGIN PRIVATE KEY,     genpkey -algorithm ed25519"
    })
    void everyKindOfKeyThatOpensslWritesSigns(String heading, String arguments) throws IOException {
        Path key = key("any.key", arguments);
        assertThat(key).content().contains(heading);
        signed(key);
        assertThat(isSignedWith(key)).isTrue();
    }

    @Test
    void aRegistryWithTheReferrersApiListsSignaturesAndStatementsWithoutATagForThem() throws IOException {
        try (EmbeddedRegistry modern = EmbeddedRegistry.startWithReferrers();
                RegistryAccess there = RegistryAccess.to(modern)) {
            command.builds(
                    "--destination=" + modern.reference("app:1"),
                    "--insecure",
                    "--sign=" + key("a.key", EC),
                    "--provenance=true");
            RegistryAccess.Manifest index = there.manifest("app", "1");
            assertThat(there.referrers("app", index.digest()))
                    .extracting(listed -> listed.path("artifactType").asText())
                    .containsExactlyInAnyOrder(
                            "application/vnd.dev.cosign.artifact.sig.v1+json",
                            "application/vnd.dev.sigstore.bundle.v0.3+json");
            assertThat(there.referrers(
                            "app", index.json().at("/manifests/0/digest").asText()))
                    .singleElement()
                    .satisfies(listed -> assertThat(listed.at("/annotations")
                                    .path("dev.sigstore.bundle.predicateType")
                                    .asText())
                            .isEqualTo("https://slsa.dev/provenance/v1"));
            assertThat(modern.count("/manifests/sha256-[0-9a-f]+$")).isZero();
        }
    }

    /** Sigstore's own library judges what cosign would. */
    @Test
    void sigstoresVerifierBelievesTheBundlesOfThisKeyAndOfNoOther() throws IOException {
        Path key = key("a.key", EC);
        CommandLine.Ended ended = signs(key, "--provenance=true");
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        JsonNode index = access.manifest("app", "1").json();
        List<String> predicates = new ArrayList<>();
        for (String subject : List.of(digest(), index.at("/manifests/0/digest").asText())) {
            for (JsonNode listed :
                    access.manifest("app", subject.replace(':', '-')).json().path("manifests")) {
                if (listed.path("artifactType").asText().contains("sigstore.bundle")) {
                    JsonNode manifest = access.manifest(
                                    "app", listed.path("digest").asText())
                            .json();
                    Path bundle = Files.write(
                            command.path("bundle.json"),
                            access.blob("app", manifest.at("/layers/0/digest").asText()));
                    assertThat(SigstoreVerifier.verify(bundle, publicKey(key)).exitCode())
                            .isZero();
                    assertThat(SigstoreVerifier.verify(bundle, publicKey(key("other.key", EC)))
                                    .err())
                            .contains("signature verification failed");
                    predicates.add(listed.at("/annotations")
                            .path("dev.sigstore.bundle.predicateType")
                            .asText());
                }
            }
        }
        assertThat(predicates).containsExactly("https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1");
    }
}
