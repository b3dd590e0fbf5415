package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.fixture.cloud.AzureServer;
import dev.slipway.fixture.cloud.GcsServer;
import dev.slipway.fixture.cloud.GoogleTokens;
import dev.slipway.fixture.cloud.S3Server;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.network.NetworkSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every recipe of {@code docs/object-stores.md}, run as it stands with a server of each store behind its names. */
class ObjectStoreRecipesIT {
    private static final List<Recipe> RECIPES = Recipe.of("object-stores.md");

    private static S3Server s3;
    private static GcsServer gcs;
    private static GoogleTokens tokens;
    private static AzureServer azure;

    @AutoClose
    private final Workspace workspace = new Workspace();

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @BeforeAll
    static void start() {
        s3 = S3Server.start("sources");
        gcs = GcsServer.start("sources");
        tokens = GoogleTokens.start();
        azure = AzureServer.start();
        azure.createContainer("sources");
    }

    @AfterAll
    static void stop() {
        azure.close();
        tokens.close();
        gcs.close();
        s3.close();
    }

    @BeforeEach
    void writeTheSource() throws Exception {
        workspace.shell("mkdir -p src home secrets; printf 'FROM scratch\\nCOPY a.txt /\\n' > src/Dockerfile;"
                + " echo a > src/a.txt; tar -c -z -C src . > app.tar.gz");
        byte[] archive = Files.readAllBytes(workspace.path("app.tar.gz"));
        put("s3://sources/app.tar.gz", archive, s3.environment());
        for (String name : List.of("Dockerfile", "a.txt")) {
            put("s3://sources/app/" + name, Files.readAllBytes(workspace.path("src/" + name)), s3.environment());
        }
        gcs.put("sources", "app.tar.gz", archive);
        put(
                "https://%s.blob.core.windows.net/sources/app.tar.gz".formatted(AzureServer.ACCOUNT),
                archive,
                azure.environment());
    }

    @ParameterizedTest
    @FieldSource("RECIPES")
    void isTrue(Recipe recipe) throws Exception {
        Path token = Files.writeString(workspace.path("secrets/token"), GoogleTokens.SUBJECT_TOKEN);
        Files.writeString(workspace.path("secrets/gcs.json"), """
                {
                  "type": "external_account",
                  "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci",
                  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                  "token_url": "%s",
                  "credential_source": {"file": "%s"}
                }
                """.formatted(tokens.url(), token));
        Path trusted = Files.writeString(
                workspace.path("ca.pem"), Files.readString(s3.certificate()) + Files.readString(tokens.certificate()));
        Map<String, String> names = new HashMap<>();
        names.put("https://minio.example:9000", s3.secureUrl());
        names.put("AWS_ACCESS_KEY_ID=ci", "AWS_ACCESS_KEY_ID=" + S3Server.ACCESS_KEY);
        names.put("AWS_SECRET_ACCESS_KEY=s3cret", "AWS_SECRET_ACCESS_KEY=" + S3Server.SECRET_KEY);
        names.put("https://acme.", "https://" + AzureServer.ACCOUNT + ".");
        names.put("c2VjcmV0", AzureServer.KEY);
        names.put("registry.example", registry.host());
        names.put("/workspace/", workspace.path() + "/");
        names.put("/secrets/", workspace.path("secrets") + "/");
        Completed done = recipe.run(
                workspace,
                names,
                Map.of(
                        "SSL_CERT_FILE",
                        trusted.toString(),
                        "STORAGE_EMULATOR_HOST",
                        gcs.url(),
                        "AZURE_STORAGE_BLOB_ENDPOINT",
                        azure.url()));
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err() + done.out())
                .doesNotContain(S3Server.SECRET_KEY, AzureServer.KEY, GoogleTokens.ACCESS_TOKEN);
        assertThat(registry.requests().stream().map(Object::toString))
                .anyMatch(request -> request.startsWith("PUT /v2/app/manifests/1"));
        if (recipe.script().contains("--digest-file")) {
            assertThat(s3.object("sources", "app.digest")).content().matches("sha256:[0-9a-f]{64}");
        }
        workspace.assertNothingIsLeft();
    }

    private static void put(String uri, byte[] content, Map<String, String> environment) throws Exception {
        try (ObjectStores.Target target =
                ObjectStores.installed().open(ContextUri.parse(uri), environment, NetworkSettings.direct())) {
            target.put(content);
        }
    }
}
