package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.MediaTypes;
import dev.slipway.registry.ScriptedRegistry.Reply;
import dev.slipway.registry.ScriptedRegistry.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How we say who we are: tokens, challenges, and credentials that make way for each other. */
class TokensTest {
    private static final byte[] MANIFEST =
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\"}"
                    .getBytes(StandardCharsets.UTF_8);
    private final TestClients clients = new TestClients();
    private ScriptedRegistry registry;
    private int tokens;

    @BeforeEach
    void start() throws IOException {
        registry = new ScriptedRegistry();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private String challenge() {
        return "Bearer realm=\"%s/token\",service=\"the registry\"".formatted(registry.url());
    }

    private ImageReference reference() {
        return ImageReference.parse(registry.host() + "/team/app:1");
    }

    /** A registry that lets in whoever carries the token that was given out last. */
    private void guarded(int expiresIn) {
        registry.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", challenge()));
        registry.on("(GET|POST) /token.*", request -> {
            tokens++;
            return Reply.of(200, "{\"token\":\"t%d\",\"expires_in\":%d}".formatted(tokens, expiresIn));
        });
        registry.on(
                "HEAD /v2/team/app/manifests/1",
                request -> carries(request, "Bearer t" + tokens)
                        ? Reply.of(200)
                                .with(
                                        "Docker-Content-Digest",
                                        Digest.of(MANIFEST).toString())
                                .with("Content-Type", MediaTypes.OCI_MANIFEST)
                                .with("Content-Length", Integer.toString(MANIFEST.length))
                        : Reply.of(401).with("WWW-Authenticate", challenge()));
    }

    private static boolean carries(Seen request, String authorization) {
        return request.header("Authorization").orElse("").equals(authorization);
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void fetchesOneAnonymousTokenForManyRequests() throws IOException {
        guarded(300);
        try (RegistryClient client = clients.client()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.head(reference()).digest()).isEqualTo(Digest.of(MANIFEST));
            }
        }
        assertThat(registry.seen("GET /token.*")).singleElement().satisfies(request -> {
            assertThat(request.target()).isEqualTo("/token?service=the+registry&scope=repository%3Ateam%2Fapp%3Apull");
            assertThat(request.header("Authorization")).isEmpty();
        });
        assertThat(registry.seen("GET /v2/")).hasSize(1);
    }

    @Test
    void fetchesAnotherTokenBeforeTheFirstOneEnds() throws IOException {
        guarded(300);
        try (RegistryClient client = clients.client()) {
            client.head(reference());
            clients.now.updateAndGet(time -> time.plus(Duration.ofSeconds(280)));
            client.head(reference());
            assertThat(tokens).isEqualTo(1);
            clients.now.updateAndGet(time -> time.plus(Duration.ofSeconds(15)));
            client.head(reference());
            assertThat(tokens).isEqualTo(2);
        }
    }

    @Test
    void fetchesAnotherTokenWhenTheRegistryHasForgottenTheFirst() throws IOException {
        guarded(300);
        try (RegistryClient client = clients.client()) {
            client.head(reference());
            tokens = 7; // what was given out as t1 is good no more
            client.head(reference());
        }
        assertThat(tokens).isEqualTo(8);
        assertThat(clients.sleeps).isEmpty();
    }

    @Test
    void picksTheBearerChallengeAmongSeveral() throws IOException {
        registry.once(
                "GET /v2/",
                request -> Reply.of(401)
                        .with(
                                "WWW-Authenticate",
                                "Negotiate, Basic realm=\"a, b\", " + challenge() + ", Digest nonce=x"));
        guarded(300);
        try (RegistryClient client =
                clients.client(RegistryOptions.builder(), TestClients.known("shipwright", "pass"))) {
            client.head(reference());
        }
        assertThat(registry.seen("GET /token.*"))
                .singleElement()
                .satisfies(
                        request -> assertThat(request.header("Authorization")).contains(basic("shipwright", "pass")));
    }

    @Test
    void namesTheTokenServerThatAnswersInNoEncodingOfJson() throws IOException {
        registry.on("GET /token.*", request -> Reply.of(200, new byte[] {0, 0, 0, '[', '[', 'Z', 'p', 'a'}));
        guarded(300);
        try (RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> client.head(reference()))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("/token answered with something that is no JSON");
        }
    }

    @Test
    void exchangesAnIdentityToken() throws IOException {
        guarded(300);
        CredentialSource source = (host, repository) ->
                List.of(new Credential.Found(new Credential.IdentityToken(new Secret("refresh/me")), "the test"));
        try (RegistryClient client = clients.client(RegistryOptions.builder(), source)) {
            client.head(reference());
        }
        assertThat(registry.seen("POST /token"))
                .singleElement()
                .satisfies(request -> assertThat(request.text())
                        .isEqualTo("service=the+registry&grant_type=refresh_token&client_id=slipway"
                                + "&refresh_token=refresh%2Fme&scope=repository%3Ateam%2Fapp%3Apull"));
    }

    @Test
    void triesTheNextCredentialAndAtLastNone() throws IOException {
        registry.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", "Basic realm=\"r\""));
        registry.on(
                "HEAD /v2/team/app/manifests/1",
                request -> request.header("Authorization").isEmpty()
                        ? Reply.of(200)
                                .with(
                                        "Docker-Content-Digest",
                                        Digest.of(MANIFEST).toString())
                                .with("Content-Type", MediaTypes.OCI_MANIFEST)
                                .with("Content-Length", "1")
                        : Reply.of(carries(request, basic("first", "p1")) ? 401 : 403)
                                .with("WWW-Authenticate", "Basic realm=\"r\""));
        try (RegistryClient client = clients.client(RegistryOptions.builder(), two())) {
            client.head(reference());
            client.head(reference());
        }
        assertThat(registry.seen("HEAD .*"))
                .extracting(request -> request.header("Authorization").orElse("none"))
                .containsExactly(basic("first", "p1"), basic("second", "p2"), "none", "none");
        assertThat(clients.log)
                .anyMatch(line -> line.contains("refuses the credential from one; trying the one from two"))
                .noneMatch(line -> line.contains("p1") || line.contains("p2"));
    }

    /** As a cloud does, whose passwords live for an hour. */
    private static final class Renewing implements CredentialSource {
        private int given = 1;

        @Override
        public List<Credential.Found> find(String host, String repository) {
            return List.of(new Credential.Found(new Credential.Password("cloud", new Secret("p" + given)), "cloud"));
        }

        @Override
        public void forget(String host) {
            given++;
        }
    }

    @Test
    void looksForACredentialAgainThatHasEndedDuringTheBuild() throws IOException {
        AtomicReference<String> current = new AtomicReference<>("p1");
        registry.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", "Basic realm=\"r\""));
        registry.on(
                "POST /v2/team/app/blobs/uploads/",
                request -> carries(request, basic("cloud", current.get()))
                        ? Reply.of(202).with("Location", "/v2/team/app/blobs/uploads/u")
                        : Reply.of(401).with("WWW-Authenticate", "Basic realm=\"r\""));
        try (RegistryClient client = clients.client(RegistryOptions.builder(), new Renewing())) {
            client.checkPush(reference());
            current.set("p2");
            assertThatThrownBy(() -> client.checkPush(reference()))
                    .as("what was found just now is refused, and not asked for again")
                    .isInstanceOf(RegistryException.class);
            clients.now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
            client.checkPush(reference());
        }
        assertThat(clients.log).anyMatch(line -> line.contains("looking for credentials again"));
    }

    private static CredentialSource two() {
        return (host, repository) -> List.of(
                new Credential.Found(new Credential.Password("first", new Secret("p1")), "one"),
                new Credential.Found(new Credential.Password("second", new Secret("p2")), "two"));
    }

    @Test
    void triesTheNextCredentialWhenTheTokenServerRefusesOne() throws IOException {
        registry.once("GET /token.*", request -> Reply.of(401, "{\"details\":\"incorrect username or password\"}"));
        guarded(300);
        try (RegistryClient client = clients.client(RegistryOptions.builder(), two())) {
            client.head(reference());
        }
        assertThat(registry.seen("GET /token.*"))
                .extracting(request -> request.header("Authorization").orElse(""))
                .containsExactly(basic("first", "p1"), basic("second", "p2"));
    }

    @Test
    void namesTheCredentialThatMayNotPush() throws IOException {
        registry.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", "Basic realm=\"r\""));
        registry.on(
                "POST /v2/team/app/blobs/uploads/",
                request -> Reply.of(
                        403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access is denied\"}]}"));
        try (RegistryClient client =
                clients.client(RegistryOptions.builder(), TestClients.known("reader", "secret-word"))) {
            assertThatThrownBy(() -> client.checkPush(reference()))
                    .isInstanceOfSatisfying(RegistryException.class, e -> {
                        assertThat(e.kind()).isEqualTo(RegistryException.Kind.FORBIDDEN);
                        assertThat(e.codes()).containsExactly("DENIED");
                    })
                    .hasMessage("check the right to push to \"%s/team/app\": %s/v2/team/app/blobs/uploads/ answered 403"
                                    .formatted(registry.host(), registry.url())
                            + " Forbidden (DENIED: requested access is denied); the credential from the test"
                            + " doesn't have this right: grant it, or use another");
        }
    }

    @Test
    void asksForTheScopeThatTheRegistryNames() throws IOException {
        registry.on("GET /v2/", request -> Reply.of(200));
        registry.once(
                "HEAD /v2/team/app/manifests/1",
                request -> Reply.of(401)
                        .with("WWW-Authenticate", challenge() + ",scope=\"repository:mirror/team/app:pull\""));
        guarded(300);
        try (RegistryClient client = clients.client()) {
            client.head(reference());
        }
        assertThat(registry.seen("GET /token.*"))
                .singleElement()
                .satisfies(request -> assertThat(request.target())
                        .contains("scope=repository%3Amirror%2Fteam%2Fapp%3Apull")
                        .contains("scope=repository%3Ateam%2Fapp%3Apull"));
    }

    @Test
    void keepsWhoWeAreFromAnotherHost() throws IOException {
        byte[] blob = {1, 2, 3};
        try (ScriptedRegistry storage = new ScriptedRegistry()) {
            storage.on(
                    "GET /bucket/.*",
                    request -> request.header("Authorization").isPresent()
                            ? Reply.of(400, "only one auth mechanism allowed")
                            : Reply.of(200, blob));
            registry.on("GET /v2/", request -> Reply.of(401).with("WWW-Authenticate", "Basic realm=\"r\""));
            registry.on(
                    "GET /v2/team/app/blobs/.*",
                    request -> Reply.of(307).with("Location", storage.url() + "/bucket/x?signature=s%2Fig"));
            try (RegistryClient client =
                    clients.client(RegistryOptions.builder(), TestClients.known("shipwright", "pass"))) {
                try (var in = client.openBlob(reference(), Descriptor.of(MediaTypes.OCI_LAYER, blob))) {
                    assertThat(in.readAllBytes()).isEqualTo(blob);
                }
            }
            assertThat(registry.seen("GET /v2/team.*"))
                    .allMatch(request -> request.header("Authorization").isPresent());
            assertThat(storage.requests()).containsExactly("GET /bucket/x?signature=s%2Fig");
        }
    }
}
