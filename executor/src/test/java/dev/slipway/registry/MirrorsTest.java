package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.registry.ScriptedRegistry.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where images are pulled from instead of their own registry, by --registry-mirror and --registry-map. */
class MirrorsTest {
    private static final byte[] CONFIG =
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"
                    .getBytes(StandardCharsets.UTF_8);
    private static final Platform AMD64 = Platform.of("linux", "amd64");

    private final TestClients clients = new TestClients();
    private ScriptedRegistry first;
    private ScriptedRegistry second;

    @BeforeEach
    void start() throws IOException {
        first = new ScriptedRegistry();
        second = new ScriptedRegistry();
        first.on("GET /v2/", request -> Reply.of(200));
        second.on("GET /v2/", request -> Reply.of(200));
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    private static byte[] manifest() {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d},\"layers\":[]}"
                .formatted(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, Digest.of(CONFIG), CONFIG.length)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void holds(ScriptedRegistry registry, String repository, String tag) {
        String of = "/v2/" + repository;
        registry.on("HEAD " + of + "/manifests/" + tag, request -> described(Reply.of(200)));
        registry.on(
                "GET " + of + "/manifests/(" + tag + "|sha256:.*)", request -> described(Reply.of(200, manifest())));
        registry.on("GET " + of + "/blobs/.*", request -> Reply.of(200, CONFIG));
    }

    private static Reply described(Reply reply) {
        Reply with = reply.with("Docker-Content-Digest", Digest.of(manifest()).toString())
                .with("Content-Type", MediaTypes.OCI_MANIFEST);
        return reply.body().length == 0 ? with.with("Content-Length", Integer.toString(manifest().length)) : with;
    }

    private ImageConfig resolve(RegistryOptions.Builder options, String name) throws IOException {
        try (RegistryClient client = clients.client(options, CredentialSource.NONE)) {
            return client.resolve(ImageReference.parse(name), AMD64).config();
        }
    }

    @Test
    void triesSeveralTargetsInOrderAndSaysWhichOneServed() throws IOException {
        first.on("(HEAD|GET) .*", request -> Reply.of(403));
        holds(second, "prefix/team/app", "1");
        resolve(
                RegistryOptions.builder()
                        .registryMap("r.example=" + first.host() + ";r.example=" + second.host() + "/prefix"),
                "r.example/team/app:1");
        assertThat(clients.log).contains("info: r.example/team/app is served by " + second.host() + "/prefix/team/app");
    }

    @Test
    void mapsAPathAloneAndLeavesItsSiblingsWhereTheyAre() throws IOException {
        holds(first, "ours/app", "1");
        holds(second, "team-b/app", "1");
        RegistryOptions.Builder options = RegistryOptions.builder()
                .registryMap(second.host() + "/team-a=" + first.host() + "/ours")
                .skipDefaultRegistryFallback(true);
        resolve(options, second.host() + "/team-a/app:1");
        resolve(options, second.host() + "/team-b/app:1");
        assertThat(second.requests()).noneMatch(line -> line.contains("team-a"));
        assertThat(first.requests()).noneMatch(line -> line.contains("team-b"));
    }

    @Test
    void mapsOneRepositoryAndNoneThatStartsLikeIt() throws IOException {
        holds(first, "mirrored/base", "1");
        holds(second, "team/app-two", "1");
        RegistryOptions.Builder options = RegistryOptions.builder()
                .registryMap(second.host() + "/team/app=" + first.host() + "/mirrored/base")
                .skipDefaultRegistryFallback(true);
        resolve(options, second.host() + "/team/app:1");
        resolve(options, second.host() + "/team/app-two:1");
        assertThat(first.requests()).allMatch(line -> line.contains("/mirrored/base/") || line.endsWith(" /v2/"));
        assertThat(second.requests()).noneMatch(line -> line.contains("/team/app/"));
    }

    @Test
    void saysWhereAMapOfOneRepositoryNamesNone() {
        assertThatThrownBy(() -> resolve(
                        RegistryOptions.builder().registryMap(second.host() + "/team/app=" + first.host()),
                        second.host() + "/team/app:1"))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.REFUSED))
                .hasMessageContaining("which names no repository: write " + first.host() + "/PATH");
    }

    @Test
    void neverAsksTheRegistryItselfWhereThatIsForbiddenForMapsToo() {
        first.on("(HEAD|GET) .*manifests.*", request -> Reply.of(500));
        assertThatThrownBy(() -> resolve(
                        RegistryOptions.builder()
                                .registryMap(second.host() + "=" + first.host())
                                .skipDefaultRegistryFallback(true),
                        second.host() + "/team/app:1"))
                .hasMessageContaining(first.url() + "/v2/team/app/manifests/1 answered 500");
        assertThat(second.seen()).isEmpty();
    }

    @Test
    void listsEachTryWhereNobodyHasTheImage() {
        first.on("(HEAD|GET) .*manifests.*", request -> Reply.of(404));
        second.on("(HEAD|GET) .*manifests.*", request -> Reply.of(403));
        assertThatThrownBy(() -> resolve(
                        RegistryOptions.builder().registryMap(second.host() + "=" + first.host() + "/cache"),
                        second.host() + "/team/app:1"))
                .hasMessageContaining("none of 2 places has it")
                .hasMessageContaining(first.url() + "/v2/cache/team/app/manifests/1 answered 404")
                .hasMessageContaining(second.url() + "/v2/team/app/manifests/1 answered 403");
    }

    @Test
    void givesAMirrorThatFailsLessTimeThanTheOnlyPlace() throws IOException {
        first.on("(HEAD|GET) .*manifests.*", request -> Reply.of(503));
        holds(second, "team/app", "1");
        resolve(
                RegistryOptions.builder().registryMap(second.host() + "=" + first.host()),
                second.host() + "/team/app:1");
        assertThat(clients.sleeps).hasSize(2);
    }

    @Test
    void asksAMirrorByItsOwnCredentialAndTrust() throws IOException {
        try (DockerRegistry secure =
                DockerRegistry.with().withTls().withPassword().start()) {
            var known = Credentials.KNOWN;
            CredentialSource source = (host, repository) -> host.equals(secure.host())
                    ? List.of(new Credential.Found(
                            new Credential.Password(known.user(), new Secret(known.password())), "the mirror's"))
                    : List.of();
            RegistryOptions.Builder options = RegistryOptions.builder()
                    .registryMap("r.example=" + secure.host() + "/mirror")
                    .skipDefaultRegistryFallback(true);
            byte[] config = CONFIG;
            try (RegistryClient client =
                    clients.client(RegistryOptions.builder().skipTlsVerifyRegistry(secure.host()), source)) {
                ImageReference there = ImageReference.parse(secure.reference("mirror/team/app:1"));
                client.pushBlob(
                        there,
                        Descriptor.of(MediaTypes.OCI_CONFIG, config),
                        offset -> new ByteArrayInputStream(config, (int) offset, config.length - (int) offset),
                        Optional.empty());
                client.pushManifest(there, manifest(), MediaTypes.OCI_MANIFEST);
            }
            try (RegistryClient client = clients.client(options, source)) {
                assertThatThrownBy(() -> client.resolve(ImageReference.parse("r.example/team/app:1"), AMD64))
                        .hasMessageContaining("nobody we trust signed its certificate");
            }
            options.registryCertificate(
                    secure.host() + "=" + secure.certificate().orElseThrow());
            try (RegistryClient client = clients.client(options, source)) {
                assertThat(client.resolve(ImageReference.parse("r.example/team/app:1"), AMD64)
                                .manifest()
                                .digest())
                        .isEqualTo(Digest.of(manifest()));
            }
        }
    }

    /** Docker Hub bills GETs of manifests: a second look asks by HEAD only. */
    @Test
    void fetchesWhatItKnowsNotAgain() throws IOException {
        Map<Digest, byte[]> kept = new HashMap<>();
        DocumentStore store = new DocumentStore() {
            @Override
            public Optional<byte[]> find(Descriptor document) {
                return Optional.ofNullable(kept.get(document.digest()));
            }

            @Override
            public void keep(Descriptor document, byte[] raw) {
                kept.put(document.digest(), raw);
            }
        };
        first.once("HEAD .*", request -> Reply.of(429).with("Retry-After", "2"));
        holds(first, "team/app", "1");
        ImageReference reference = ImageReference.parse(first.host() + "/team/app:1");
        try (RegistryClient client = clients.client()) {
            client.resolve(reference, AMD64, store);
        }
        int before = first.seen().size();
        try (RegistryClient client = clients.client()) {
            client.resolve(reference, AMD64, store);
        }
        assertThat(first.requests().subList(before, first.seen().size()))
                .filteredOn(line -> !line.equals("GET /v2/"))
                .containsExactly("HEAD /v2/team/app/manifests/1");
        assertThat(clients.sleeps).containsExactly(Duration.ofSeconds(2));
    }

    /** A blob that two places have, and the bytes that the client hands out of it. */
    private byte[] pulled(byte[] blob) throws IOException {
        second.on(
                "GET /v2/team/app/blobs/.*",
                request -> request.header("Range")
                        .map(range -> Integer.parseInt(range.replaceAll("[^0-9]", "")))
                        .map(from -> Reply.of(206, Arrays.copyOfRange(blob, from, blob.length))
                                .with("Content-Range", "bytes %d-%d/%d".formatted(from, blob.length - 1, blob.length)))
                        .orElseGet(() -> Reply.of(200, blob)));
        RegistryOptions.Builder options = RegistryOptions.builder().registryMap(second.host() + "=" + first.host());
        try (RegistryClient client = clients.client(options, CredentialSource.NONE)) {
            return client.readBlob(
                    ImageReference.parse(second.host() + "/team/app"),
                    Descriptor.of(MediaTypes.OCI_LAYER, blob),
                    InputStream::readAllBytes);
        }
    }

    private static byte[] noise() {
        byte[] blob = new byte[200_000];
        new Random(58).nextBytes(blob);
        return blob;
    }

    @Test
    void goesOnAtTheNextPlaceWhereAMirrorBreaksOffInTheMiddleOfALayerAgainAndAgain() throws IOException {
        byte[] blob = noise();
        for (int attempt = 0; attempt < 3; attempt++) {
            first.onceRaw("GET /v2/team/app/blobs/.*", exchange -> {
                first.note(exchange, new byte[0]);
                exchange.sendResponseHeaders(200, blob.length);
                exchange.getResponseBody().write(blob, 0, blob.length / 2);
                exchange.getResponseBody().flush();
                throw new IOException("the mirror dies");
            });
        }
        first.on("GET /v2/team/app/blobs/.*", request -> Reply.of(404));
        assertThat(pulled(blob)).isEqualTo(blob);
        assertThat(second.seen("GET .*/blobs/.*"))
                .singleElement()
                .satisfies(request -> assertThat(request.header("Range").orElseThrow())
                        .as("what came is not fetched again")
                        .matches("bytes=[1-9][0-9]*-"));
        assertThat(clients.log)
                .contains("info: %s/team/app is served by %s/team/app".formatted(second.host(), first.host()));
    }

    @Test
    void fetchesALayerAnewFromTheNextPlaceWhereAMirrorSendsWrongBytes() throws IOException {
        byte[] blob = noise();
        byte[] wrong = blob.clone();
        wrong[1000] ^= 1;
        first.on("GET /v2/team/app/blobs/.*", request -> Reply.of(200, wrong));
        assertThat(pulled(blob)).isEqualTo(blob);
        assertThat(first.seen("GET .*/blobs/.*")).hasSize(1);
        assertThat(clients.log)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("warning: pull blob " + Digest.of(blob))
                        .contains(first.url(), "sent bytes of " + Digest.of(wrong), "asking elsewhere"));
    }

    @Test
    void saysWhatIsWrongWhereEveryPlaceSendsWrongBytes() {
        byte[] blob = noise();
        first.on("GET .*/blobs/.*", request -> Reply.of(200, new byte[blob.length]));
        second.on("GET .*/blobs/.*", request -> Reply.of(200, new byte[blob.length]));
        assertThatThrownBy(() -> pulled(blob))
                .isInstanceOfSatisfying(
                        RegistryException.class, e -> assertThat(e.kind()).isEqualTo(RegistryException.Kind.CORRUPT));
        assertThat(first.seen("GET .*/blobs/.*")).hasSize(1);
        assertThat(second.seen("GET .*/blobs/.*")).hasSize(1);
    }
}
