package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.network.Proxies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which credentials are found, in which order, and that none of them shows. */
class CredentialsTest {
    @TempDir
    private Path directory;

    private final TestClients clients = new TestClients();
    private final Map<String, String> environment = new HashMap<>();

    private static String auth(String user) {
        return "{\"auth\":\"%s\"}"
                .formatted(Base64.getEncoder()
                        .encodeToString((user + ":secret-of-" + user).getBytes(StandardCharsets.UTF_8)));
    }

    private void config(String place, String json) throws IOException {
        Path file = directory.resolve(place);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json);
    }

    private ConfiguredCredentials load() throws IOException {
        environment.putIfAbsent("DOCKER_CONFIG", directory.resolve("docker").toString());
        environment.putIfAbsent("HOME", directory.resolve("home").toString());
        return ConfiguredCredentials.load(
                environment, clients.listener, List.of(directory.resolve("slipway")), Duration.ofSeconds(20));
    }

    private List<String> users(String registry, String repository) throws IOException {
        return load().find(registry, repository).stream()
                .map(found -> found.credential() instanceof Credential.Password(String user, Secret ignored)
                        ? user
                        : found.credential().getClass().getSimpleName())
                .toList();
    }

    @Test
    void takesTheDeepestPathFirstAndNeverASibling() throws IOException {
        config(
                "docker/config.json",
                "{\"auths\":{\"quay.io\":%s,\"quay.io/org-a\":%s,\"https://quay.io/org-a/deep/\":%s,\"quay.io/org\":%s}}"
                        .formatted(auth("host"), auth("a"), auth("deep"), auth("org")));
        assertThat(users("quay.io", "org-a/deep/app")).containsExactly("deep", "a", "host");
        assertThat(users("quay.io", "org-a/app")).containsExactly("a", "host");
        assertThat(users("quay.io", "org-b/app")).containsExactly("host");
        assertThat(users("quay.io.evil", "org-a/app")).isEmpty();
        assertThat(users("quay.io:443", "org-a/app")).isEmpty();
    }

    @Test
    void knowsDockerHubByAllItsNames() throws IOException {
        config("docker/config.json", "{\"auths\":{\"https://index.docker.io/v1/\":%s}}".formatted(auth("hub")));
        config("home/.docker/config.json", "{\"auths\":{\"docker.io\":%s}}".formatted(auth("home")));
        assertThat(users("docker.io", "library/debian")).containsExactly("hub", "home");
    }

    @Test
    void mergesAllFilesInOrder() throws IOException {
        config("docker/config.json", "{\"auths\":{\"r.example\":%s}}".formatted(auth("docker-config")));
        config("slipway/.docker/.dockerconfigjson", "{\"auths\":{\"r.example\":%s}}".formatted(auth("secret")));
        config("home/.docker/config.json", "{\"auths\":{\"r.example/team\":%s}}".formatted(auth("home-path")));
        environment.put("DOCKER_AUTH_CONFIG", "{\"auths\":{\"r.example\":%s}}".formatted(auth("gitlab")));
        environment.put("KANIKO_R_EXAMPLE_USER", "kaniko");
        environment.put("KANIKO_R_EXAMPLE_PASSWORD", "p");
        environment.put("CI_REGISTRY", "r.example");
        environment.put("CI_REGISTRY_USER", "job");
        environment.put("CI_REGISTRY_PASSWORD", "p");
        assertThat(users("r.example", "team/app"))
                .containsExactly("home-path", "docker-config", "secret", "gitlab", "kaniko", "job");
    }

    @Test
    void readsTokensAndPlainPairs() throws IOException {
        config(
                "docker/config.json",
                "{\"auths\":{\"a.example\":{\"identitytoken\":\"i\"},\"b.example\":{\"registrytoken\":\"r\"},"
                        + "\"c.example\":{\"username\":\"u\",\"password\":\"p\"},\"d.example\":{}}}");
        assertThat(users("a.example", "x")).containsExactly("IdentityToken");
        assertThat(users("b.example", "x")).containsExactly("RegistryToken");
        assertThat(users("c.example", "x")).containsExactly("u");
        assertThat(users("d.example", "x")).isEmpty();
    }

    private void helper(String name, String script) throws IOException {
        Path file = directory.resolve("bin/docker-credential-" + name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void asksHelpersForTheirRegistriesAndStoresLast() throws IOException {
        assertThatThrownBy(() -> new CredentialHelper(Map.of(), Duration.ofSeconds(5)).get("../x", "r.example"))
                .hasMessageContaining("no name of a credential helper");
        assertThatThrownBy(
                        () -> new CredentialHelper(Map.of(), Duration.ofSeconds(5)).get("there-is-none", "r.example"))
                .hasMessageContaining("docker-credential-there-is-none is not on the PATH");
        helper(
                "vault",
                "read server; [ \"$1\" = get ] || exit 3\n"
                        + "echo '{\"ServerURL\":\"x\",\"Username\":\"from-'\"$server\"'\",\"Secret\":\"s\"}'");
        helper("none", "cat >/dev/null; echo 'credentials not found in native keychain'; exit 1");
        helper("slow", "exec sleep 600");
        helper("token", "cat >/dev/null; echo '{\"Username\":\"<token>\",\"Secret\":\"s\"}'");
        environment.put("PATH", directory.resolve("bin") + ":/usr/bin:/bin");
        config(
                "docker/config.json",
                "{\"auths\":{\"r.example\":%s},\"credHelpers\":{\"r.example\":\"vault\",\"n.example\":\"none\",\"t.example\":\"token\"},\"credsStore\":\"vault\"}"
                        .formatted(auth("file")));
        assertThat(users("r.example", "x")).containsExactly("file", "from-r.example");
        assertThat(users("docker.io", "x")).containsExactly("from-https://index.docker.io/v1/");
        assertThat(users("n.example", "x")).containsExactly("from-n.example");
        assertThat(users("t.example", "x")).containsExactly("IdentityToken", "from-t.example");
        assertThatThrownBy(() -> new CredentialHelper(environment, Duration.ofMillis(200)).get("slow", "r.example"))
                .hasMessageContaining("docker-credential-slow gave no answer");
    }

    @Test
    void saysWhichFileIsMalformedWithoutShowingIt() throws IOException {
        config("docker/config.json", "{\"auths\":{\"r.example\":{\"auth\":\"c2VjcmV0\"}}}");
        assertThatThrownBy(this::load)
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(directory.resolve("docker/config.json").toString())
                .hasMessageContaining("\"auth\" for \"r.example\" that is not base64 of user:password")
                .hasMessageNotContaining("secret");
        config("docker/config.json", "{\"auths\":");
        assertThatThrownBy(this::load).hasMessageContaining("is not JSON");
    }

    @Test
    void showsNoSecret() throws IOException {
        config("docker/config.json", "{\"auths\":{\"r.example\":%s}}".formatted(auth("me")));
        assertThat(load().find("r.example", "x").toString())
                .contains("me")
                .contains("***")
                .doesNotContain("secret-of-me");
        assertThat(Proxies.of(Map.of("HTTPS_PROXY", "http://me:secret@proxy:3128"))
                        .all()
                        .toString())
                .doesNotContain("secret");
    }

    /** A vendor that would answer for everybody. */
    private record Cloud(String name, String registry, List<String> questions) implements VendorCredentials {
        @Override
        public boolean serves(String other) {
            return other.equals(registry);
        }

        @Override
        public Optional<Credential.Found> find(String other) throws IOException {
            questions.add(other);
            if (other.equals("broken.example")) {
                throw new IOException("the login of gcloud has expired");
            }
            return Optional.of(new Credential.Found(new Credential.Password("from-" + name, new Secret("s")), name));
        }
    }

    @Test
    void asksACloudForItsOwnRegistriesOnlyAndOnce() throws IOException {
        List<String> questions = new ArrayList<>();
        config("docker/config.json", "{\"auths\":{\"cloud.example\":%s}}".formatted(auth("file")));
        ConfiguredCredentials all = load().with(
                        ConfiguredCredentials.HELPERS,
                        List.of(
                                new Cloud("ecr", "cloud.example", questions),
                                new Cloud("google", "broken.example", questions)));
        assertThat(all.find("localhost:5000", "app")).isEmpty();
        assertThat(questions).isEmpty();
        all.find("cloud.example", "one");
        assertThat(all.find("cloud.example", "two"))
                .extracting(Credential.Found::origin)
                .containsExactly(directory.resolve("docker/config.json") + " (auths \"cloud.example\")", "ecr");
        assertThat(questions).containsExactly("cloud.example");
        all.forget("cloud.example");
        all.find("cloud.example", "three");
        assertThat(questions).containsExactly("cloud.example", "cloud.example");
        assertThat(all.find("broken.example", "public/image")).isEmpty();
        assertThat(clients.log).contains("warning: no credential for broken.example: the login of gcloud has expired");
    }

    @Test
    void leavesOutTheHelpersThatAreNotNamed() throws IOException {
        environment.put("KANIKO_EXAMPLE_COM_USER", "kaniko");
        environment.put("KANIKO_EXAMPLE_COM_PASSWORD", "p");
        environment.put("CI_REGISTRY", "r.example.com");
        environment.put("CI_JOB_TOKEN", "t");
        List<VendorCredentials> clouds = List.of(new Cloud("acr", "r.example.com", new ArrayList<>()));
        assertThat(load().with(ConfiguredCredentials.HELPERS, clouds).find("r.example.com", "app"))
                .extracting(Credential.Found::origin)
                .containsExactly("KANIKO_EXAMPLE_COM_USER and KANIKO_EXAMPLE_COM_PASSWORD", "CI_JOB_TOKEN", "acr");
        assertThat(load().with(Set.of("gitlab"), clouds).find("r.example.com", "app"))
                .extracting(Credential.Found::origin)
                .containsExactly("CI_JOB_TOKEN");
        assertThat(load().with(Set.of(""), clouds).find("r.example.com", "app")).isEmpty();
    }

    @Test
    void takesTheHelpersOfKanikosImageForBuiltIn() throws IOException {
        environment.put("PATH", "/nowhere");
        config("docker/config.json", "{\"credsStore\":\"ecr-login\",\"credHelpers\":{\"gcr.io\":\"gcr\"}}");
        assertThat(users("gcr.io", "x")).isEmpty();
        assertThat(users("docker.io", "library/debian")).isEmpty();
        assertThat(clients.log).noneMatch(line -> line.startsWith("warning"));
    }

    @Test
    void readsTheProxiesOfTheConfigFile() throws IOException {
        config(
                "docker/config.json",
                "{\"proxies\":{\"default\":{\"httpsProxy\":\"http://proxy:3128\",\"noProxy\":\"10.0.0.0/8\"}}}");
        assertThat(load().proxies())
                .containsOnly(Map.entry("HTTPS_PROXY", "http://proxy:3128"), Map.entry("NO_PROXY", "10.0.0.0/8"));
        Proxies proxies = Proxies.of(Map.of("no_proxy", "direct.example"), load().proxies());
        assertThat(proxies.to(true, "r.example", 443)).isPresent();
        assertThat(proxies.to(true, "direct.example", 443)).isEmpty();
        assertThat(proxies.to(true, "10.1.1.1", 443))
                .as("the environment's own list counts alone")
                .isPresent();
    }

    /** GitLab names its cache of Docker Hub with a port. */
    @Test
    void knowsGitlabsDependencyProxyByTheJobsVariables() throws IOException {
        environment.put("CI_DEPENDENCY_PROXY_SERVER", "gitlab.example:443");
        environment.put("CI_DEPENDENCY_PROXY_USER", "gitlab-ci-token");
        environment.put("CI_DEPENDENCY_PROXY_PASSWORD", "p");
        assertThat(users("gitlab.example", "group/dependency_proxy/containers/alpine"))
                .containsExactly("gitlab-ci-token");
        assertThat(users("gitlab.example:443", "group/dependency_proxy/containers/alpine"))
                .containsExactly("gitlab-ci-token");
        assertThat(users("registry.gitlab.example", "group/app")).isEmpty();
    }
}
