package dev.slipway.registry.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.cloud.GoogleTokens;
import dev.slipway.network.NetworkSettings;
import dev.slipway.network.Proxies;
import dev.slipway.network.TrustStore;
import dev.slipway.registry.Credential;
import dev.slipway.registry.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoogleCredentialTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "gcr.io, true",
        "eu.gcr.io, true",
        "europe-west1-docker.pkg.dev, true",
        "docker.pkg.dev, true",
        "evilgcr.io, false",
        "gcr.io.evil.example, false",
        "gcr.io:443, false",
        "evil-docker.pkg.dev.example, false",
        "localhost:5000, false"
    })
    void isAskedForGooglesHostsOnly(String registry, boolean served) {
        assertThat(new GoogleCredential(Map.of(), NetworkSettings.direct()).serves(registry))
                .isEqualTo(served);
    }

    @Test
    void takesATokenForTheKeyFile() throws Exception {
        HttpServer google = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        google.createContext("/token", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                byte[] answer = (body.contains("jwt-bearer")
                                ? "{\"access_token\":\"t1\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"
                                : "{}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        google.start();
        try {
            Path key = keyFile("http://127.0.0.1:" + google.getAddress().getPort() + "/token");
            GoogleCredential source = new GoogleCredential(
                    Map.of("GOOGLE_APPLICATION_CREDENTIALS", key.toString()), NetworkSettings.direct());
            assertThat(source.find("gcr.io").map(Credential.Found::credential))
                    .contains(new Credential.Password("oauth2accesstoken", new Secret("t1")));
        } finally {
            google.stop(0);
        }
    }

    private Path keyFile(String tokenServer) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String pem = "-----BEGIN PRIVATE KEY-----\\n"
                + Base64.getEncoder()
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\\n-----END PRIVATE KEY-----\\n";
        return Files.writeString(
                directory.resolve("key.json"),
                ("{\"type\":\"service_account\",\"project_id\":\"p\",\"private_key_id\":\"k\",\"private_key\":\"%s\","
                                + "\"client_email\":\"builder@p.iam.gserviceaccount.com\",\"client_id\":\"1\","
                                + "\"token_uri\":\"%s\"}")
                        .formatted(pem, tokenServer));
    }

    @Test
    void namesTheKeyFileThatCanNotBeUsed() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.json"), "{\"type\":\"nonsense\"}");
        GoogleCredential source = new GoogleCredential(
                Map.of("GOOGLE_APPLICATION_CREDENTIALS", broken.toString()), NetworkSettings.direct());
        assertThatThrownBy(() -> source.find("gcr.io"))
                .hasMessageContaining("GOOGLE_APPLICATION_CREDENTIALS \"" + broken + "\"");
    }

    @Test
    void doesNotWaitForAMetadataServerThatKeepsSilent() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            GoogleCredential source = new GoogleCredential(
                    Map.of("HOME", directory.toString(), "GCE_METADATA_HOST", "127.0.0.1:" + silent.getLocalPort()),
                    NetworkSettings.direct());
            long start = System.nanoTime();
            assertThat(source.find("gcr.io")).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void saysThatALoginOfGcloudHasEnded() throws IOException {
        Path login = directory.resolve(".config/gcloud/application_default_credentials.json");
        Files.createDirectories(login.getParent());
        Files.writeString(login, "{\"type\":\"authorized_user\"}");
        GoogleCredential source = new GoogleCredential(Map.of("HOME", directory.toString()), NetworkSettings.direct());
        assertThatThrownBy(() -> source.find("gcr.io")).hasMessageContaining("the login of gcloud \"" + login + "\"");
    }

    @Test
    void exchangesAPodsTokenWhereTheFileIsOfWorkloadIdentityFederation() throws IOException {
        try (GoogleTokens tokens = GoogleTokens.start()) {
            Path projected = Files.writeString(directory.resolve("token"), GoogleTokens.SUBJECT_TOKEN);
            Path file = Files.writeString(directory.resolve("federation.json"), """
                    {"type": "external_account", "token_url": "%s",
                     "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k8s",
                     "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                     "credential_source": {"file": "%s"}}
                    """.formatted(tokens.url(), projected));
            GoogleCredential source = new GoogleCredential(
                    Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()),
                    new NetworkSettings(TrustStore.ofTheRunTime().and(tokens.certificate()), Proxies.NONE));
            assertThat(source.find("europe-docker.pkg.dev").map(Credential.Found::credential))
                    .contains(new Credential.Password("oauth2accesstoken", new Secret(GoogleTokens.ACCESS_TOKEN)));
        }
    }
}
