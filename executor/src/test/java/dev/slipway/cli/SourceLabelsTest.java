package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** An image of a git context says which commit of which repository it is of (contexts.md, "Rules"). */
class SourceLabelsTest {
    private static final String REVISION = "org.opencontainers.image.revision";
    private static final String SOURCE = "org.opencontainers.image.source";

    @AutoClose
    private final CommandLine command = new CommandLine().variable("GIT_TOKEN", "s3cret");

    private CommandLine.Ended build(String uri, String layout, String... more) {
        String[] arguments = new String[more.length + 4];
        arguments[0] = "--context=" + uri;
        arguments[1] = "--slipway-dir=" + command.path("own");
        arguments[2] = "--no-push";
        arguments[3] = "--oci-layout-path=" + command.path(layout);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return command.succeeds(arguments);
    }

    /** Builds what a server has, whose login is in the URL, and pushes it as {@code app:1}; gives the commit. */
    private String pushes(EmbeddedRegistry registry, GitHttpServer server, Path root, String base, String... flags) {
        String commit = GitRepository.create(root, "team/app")
                .file("Dockerfile", "FROM %s\nCOPY Dockerfile /\n".formatted(registry.reference(base)))
                .commit("a");
        List<String> arguments = new ArrayList<>(List.of(
                "--context=" + server.url("team/app").replace("://", "://oauth2:s3cret@") + "#main",
                "--slipway-dir=" + command.path("own"),
                "--insecure",
                "--insecure-pull",
                "--destination=" + registry.reference("app:1")));
        arguments.addAll(List.of(flags));
        command.succeeds(arguments.toArray(String[]::new));
        return commit;
    }

    @Test
    void theCommitAndTheRepositoryStandInTheImage() throws Exception {
        Path root = Files.createDirectory(command.path("srv"));
        String commit = GitRepository.create(root, "team/app")
                .file("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")
                .commit("a");
        try (GitHttpServer server = GitHttpServer.start(root, Manners.OPEN.asking("oauth2:s3cret"))) {
            String url = server.url("team/app");
            String withLogin = url.replace("://", "://oauth2:s3cret@");
            CommandLine.Ended ended = build(withLogin + "#main", "one");
            JsonNode labels = Image.only(command.path("one")).config().at("/config/Labels");
            assertThat(labels.path(REVISION).asText()).isEqualTo(commit);
            assertThat(labels.path(SOURCE).asText()).isEqualTo(url);
            assertThat(ended.err()).contains(commit).doesNotContain("s3cret");

            build(
                    url,
                    "two",
                    "--label=" + REVISION + "=mine",
                    "--report=" + command.path("report.html"),
                    "--log-format=json");
            assertThat(command.path("report.html"))
                    .content()
                    .contains("<code>" + commit + "</code>")
                    .doesNotContain("s3cret");
            assertThat(Image.only(command.path("two"))
                            .config()
                            .at("/config/Labels")
                            .path(REVISION)
                            .asText())
                    .isEqualTo("mine");
        }
    }

    @Test
    void tektonIsToldOfTheRepositoryTheCommitAndTheBases() throws Exception {
        Path root = Files.createDirectory(command.path("srv"));
        try (EmbeddedRegistry registry = EmbeddedRegistry.start();
                RegistryAccess access = RegistryAccess.to(registry);
                GitHttpServer server = GitHttpServer.start(root, Manners.OPEN.asking("oauth2:s3cret"))) {
            access.push(BaseImages.busybox(command.path("base")), "base", "1");
            Path results = command.path("results");
            String commit = pushes(registry, server, root, "base:1", "--results-dir=" + results);
            assertThat(results.resolve("CHAINS-GIT_URL")).hasContent(server.url("team/app"));
            assertThat(results.resolve("CHAINS-GIT_COMMIT")).hasContent(commit);
            assertThat(results.resolve("BASE_IMAGES_DIGESTS"))
                    .content()
                    .contains(
                            registry.reference("base"),
                            access.manifest("base", "1").digest());
        }
    }

    @Test
    void provenanceNamesTheBaseTheRepositoryAndTheCommitAndNoPassword() throws Exception {
        Path root = Files.createDirectory(command.path("srv"));
        try (EmbeddedRegistry registry = EmbeddedRegistry.start();
                RegistryAccess access = RegistryAccess.to(registry);
                GitHttpServer server = GitHttpServer.start(root, Manners.OPEN.asking("oauth2:s3cret"))) {
            access.push(BaseImages.busybox(command.path("base")), "team/base", "1");
            String commit =
                    pushes(registry, server, root, "team/base:1", "--platform=linux/amd64", "--provenance=mode=max");
            String url = server.url("team/app");
            JsonNode statement = new ObjectMapper()
                    .readTree(access.blob(
                            "app",
                            access.attestation("app", "1")
                                    .at("/layers/0/digest")
                                    .asText()));
            JsonNode definition = statement.at("/predicate/buildDefinition");
            assertThat(definition.path("resolvedDependencies"))
                    .anySatisfy(base -> {
                        assertThat(base.path("uri").asText())
                                .isEqualTo("pkg:docker/%s@1?platform=linux%%2Famd64"
                                        .formatted(
                                                registry.reference("team/base").replace(":", "%3A")));
                        assertThat("sha256:" + base.at("/digest/sha256").asText())
                                .isEqualTo(access.manifest("team/base", "1").digest());
                    })
                    .anySatisfy(source -> {
                        assertThat(source.path("uri").asText()).startsWith("git+" + url);
                        assertThat(source.at("/digest/sha1").asText()).isEqualTo(commit);
                    });
            assertThat(definition.at("/externalParameters/configSource/uri").asText())
                    .startsWith("git+" + url);
            assertThat(statement.toString()).doesNotContain("s3cret", "oauth2");
        }
    }
}
