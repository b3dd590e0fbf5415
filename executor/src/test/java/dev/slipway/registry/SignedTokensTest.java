package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.TokenIssuer;
import dev.slipway.fixture.registry.TokenIssuer.Asked;
import dev.slipway.image.Descriptor;
import dev.slipway.image.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real registry that believes a token server's signatures only: scopes, ends, refusals, mounts. */
class SignedTokensTest {
    private static final Credential SHIPWRIGHT =
            new Credential.Password(Credentials.KNOWN.user(), new Secret(Credentials.KNOWN.password()));
    private static final Credential STRANGER = new Credential.Password("stranger", new Secret("wrong"));

    private static TokenIssuer issuer;
    private static DockerRegistry registry;

    private final TestClients clients = new TestClients();
    private final int before = issuer.asked().size();

    /** Nothing of one test is counted in another. */
    private List<Asked> asked() {
        List<Asked> all = issuer.asked();
        return all.subList(before, all.size());
    }

    @BeforeAll
    static void start() {
        issuer = TokenIssuer.start();
        registry = DockerRegistry.with().withTokensOf(issuer).start();
    }

    @AfterAll
    static void stop() {
        registry.close();
        issuer.close();
    }

    private static ImageReference repository(String name) {
        return ImageReference.parse(registry.reference(name + ":1"));
    }

    private RegistryClient client(Credential... credentials) {
        return clients.client(
                RegistryOptions.builder(),
                (host, name) -> List.of(credentials).stream()
                        .map(each -> new Credential.Found(each, each.getClass().getSimpleName()))
                        .toList());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Descriptor layer(byte[] content) {
        return Descriptor.of(MediaTypes.OCI_LAYER, content);
    }

    private static BlobSource source(byte[] content) {
        return offset -> new ByteArrayInputStream(content, (int) offset, content.length - (int) offset);
    }

    private static RegistryClient.Pushed push(RegistryClient client, String to, byte[] content) throws IOException {
        return client.pushBlob(repository(to), layer(content), source(content), Optional.empty());
    }

    @Test
    void pushesManyBlobsWithOneTokenAndPullsWithoutACredential() throws IOException {
        try (RegistryClient client = client(SHIPWRIGHT)) {
            for (String text : List.of("one", "two", "three")) {
                assertThat(push(client, "many/app", bytes(text))).isEqualTo(RegistryClient.Pushed.UPLOADED);
            }
        }
        assertThat(asked()).containsExactly(new Asked("GET", List.of("repository:many/app:pull,push"), "shipwright"));
        try (RegistryClient anonymous = client();
                InputStream in = anonymous.openBlob(repository("many/app"), layer(bytes("two")))) {
            assertThat(in.readAllBytes()).isEqualTo(bytes("two"));
        }
        assertThat(asked().getLast()).isEqualTo(new Asked("GET", List.of("repository:many/app:pull"), ""));
    }

    @Test
    void saysThatNobodyIsKnownWhereNobodyMayPush() {
        try (RegistryClient anonymous = client()) {
            assertThatThrownBy(() -> push(anonymous, "nobody/app", bytes("x")))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.UNAUTHORIZED))
                    .hasMessageContaining("no credential for it was found");
        }
    }

    @Test
    void exchangesAnIdentityTokenAndTriesItAfterOneThatIsRefused() throws IOException {
        try (RegistryClient client =
                client(STRANGER, new Credential.IdentityToken(new Secret(TokenIssuer.IDENTITY_TOKEN)))) {
            assertThat(push(client, "identity/app", bytes("x"))).isEqualTo(RegistryClient.Pushed.UPLOADED);
        }
        assertThat(asked())
                .extracting(Asked::method, Asked::who)
                .containsExactly(tuple("GET", "unknown"), tuple("POST", "identity"));
        assertThat(clients.log)
                .contains(registry.host() + " refuses the credential from Password; trying the one from IdentityToken");
    }

    @Test
    void fetchesAnotherTokenWhenTheRegistryTakesTheFirstForEnded() throws Exception {
        issuer.endNextTokenEarly();
        byte[] manifest = bytes("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[]}"
                .formatted(
                        MediaTypes.OCI_MANIFEST,
                        "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":2}"
                                .formatted(
                                        MediaTypes.OCI_CONFIG,
                                        layer(bytes("{}")).digest())));
        try (RegistryClient client = client(SHIPWRIGHT)) {
            assertThat(push(client, "ended/app", bytes("{}"))).isEqualTo(RegistryClient.Pushed.UPLOADED);
            issuer.awaitEnd(); // as during an upload that takes longer than a token lives
            client.pushManifest(repository("ended/app"), manifest, MediaTypes.OCI_MANIFEST);
            assertThat(client.head(repository("ended/app")).digest())
                    .isEqualTo(layer(manifest).digest());
        }
        assertThat(asked().stream().filter(each -> each.scopes().getFirst().endsWith("pull,push")))
                .as("tokens to push with")
                .hasSize(2);
    }

    @Test
    void asksForBothRepositoriesToMountABlob() throws IOException {
        byte[] content = bytes("mounted");
        try (RegistryClient client = client(SHIPWRIGHT)) {
            push(client, "mount/from", content);
            assertThat(client.pushBlob(
                            repository("mount/to"),
                            layer(content),
                            source(content),
                            Optional.of(repository("mount/from"))))
                    .isEqualTo(RegistryClient.Pushed.MOUNTED);
        }
        assertThat(asked())
                .anySatisfy(asked -> assertThat(asked.scopes())
                        .containsExactlyInAnyOrder("repository:mount/to:pull,push", "repository:mount/from:pull"));
    }

    @Test
    void uploadsWhatItMayNotMount() throws IOException {
        byte[] content = bytes("not mounted");
        try (RegistryClient client = client(SHIPWRIGHT)) {
            push(client, "secret/from", content);
            issuer.close("secret/from");
            assertThat(client.pushBlob(
                            repository("secret/to"),
                            layer(content),
                            source(content),
                            Optional.of(repository("secret/from"))))
                    .isEqualTo(RegistryClient.Pushed.UPLOADED);
            try (InputStream in = client.openBlob(repository("secret/to"), layer(content))) {
                assertThat(in.readAllBytes()).isEqualTo(content);
            }
        }
    }
}
