package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextUri;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.git.SshServer;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.RunningProgram;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Git contexts from a real sshd: which key is shown, and which host is believed. */
class GitOverSshTest {

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("git-ssh");

    private String commit = "";
    private Path repository = Path.of("/");

    @BeforeEach
    void makeARepository() {
        GitRepository made = GitRepository.create(directory.path(), "app").file("a.txt", "a");
        commit = made.commit("a");
        repository = made.bare();
    }

    /** What a pipeline sets: its key, and whom to believe. */
    private static Map<String, String> login(SshServer server) {
        return new HashMap<>(Map.of(
                "SSH_PRIVATE_KEY", server.key().toString(),
                "SSH_KNOWN_HOSTS", server.knownHosts().toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "rsa", "ecdsa"})
    void aKeyFileOpensARepository(String type) throws Exception {
        try (SshServer server = SshServer.start(type);
                BuildContext context = resolve(server, login(server))) {
            assertThat(context.revision()).contains(commit);
            assertThat(context.root().resolve("a.txt")).hasContent("a");
        }
    }

    @Test
    void theKeyMayBeInTheVariableOrInTheHomeDirectory() throws Exception {
        try (SshServer server = SshServer.start("ed25519")) {
            String key = Files.readString(server.key());
            resolve(
                            server,
                            Map.of(
                                    "SSH_PRIVATE_KEY",
                                    key,
                                    "SSH_KNOWN_HOSTS",
                                    server.knownHosts().toString()))
                    .close();
            Path ssh = Files.createDirectories(directory.path().resolve("home/.ssh"));
            Files.copy(server.key(), ssh.resolve("id_ed25519"));
            Files.copy(server.knownHosts(), ssh.resolve("known_hosts"));
            resolve(server, Map.of("HOME", directory.path().resolve("home").toString()))
                    .close();
        }
    }

    @Test
    void anAgentSignsForUs() throws Exception {
        Path socket = directory.path().resolve("agent");
        try (SshServer server = SshServer.start("ed25519");
                RunningProgram agent =
                        Program.of("ssh-agent", "-D", "-a", socket.toString()).start()) {
            agent.awaitText(socket.toString(), Duration.ofSeconds(10));
            Program.of("ssh-add", "-q", server.key().toString())
                    .withVariable("SSH_AUTH_SOCK", socket.toString())
                    .runSuccessfully();
            resolve(
                            server,
                            Map.of(
                                    "SSH_AUTH_SOCK", socket.toString(),
                                    "SSH_KNOWN_HOSTS", server.knownHosts().toString()))
                    .close();
        }
    }

    @Test
    void aKnownHostMayBeHashed() throws Exception {
        try (SshServer server = SshServer.start("ed25519")) {
            Path hosts = server.knownHosts();
            Program.of("ssh-keygen", "-q", "-H", "-f", hosts.toString()).runSuccessfully();
            assertThat(hosts).content().startsWith("|1|").doesNotContain("127.0.0.1");
            resolve(server, Map.of("SSH_PRIVATE_KEY", server.key().toString(), "SSH_KNOWN_HOSTS", hosts.toString()))
                    .close();
        }
    }

    @Test
    void aKeyThatIsRevokedOrAnothersIsRefused() throws Exception {
        try (SshServer server = SshServer.start("ed25519");
                SshServer other = SshServer.start("ed25519")) {
            String line = Files.readString(server.knownHosts());
            String others = line.replaceFirst(" .*", "")
                    + Files.readString(other.knownHosts()).replaceFirst("^\\S+", "");
            for (String known : List.of("@revoked " + line + line, others)) {
                Path hosts = Files.writeString(directory.path().resolve("hosts"), known);
                assertThatThrownBy(() -> resolve(
                                server,
                                Map.of(
                                        "SSH_PRIVATE_KEY", server.key().toString(),
                                        "SSH_KNOWN_HOSTS", hosts.toString())))
                        .as(known)
                        .isInstanceOf(ContextException.class)
                        .hasMessageContaining("put the host's key into");
            }
        }
    }

    @Test
    void aHostThatIsNotKnownIsRefused() {
        try (SshServer server = SshServer.start("ed25519")) {
            assertThatThrownBy(() -> resolve(
                            server, Map.of("SSH_PRIVATE_KEY", server.key().toString())))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("put the host's key into ~/.ssh/known_hosts");
        }
    }

    /** {@code git@HOST:PATH} has no room for a port: as with ssh, the configuration says which one it is. */
    @Test
    void theSpellingOfScpReachesTheHostThatTheConfigurationMeans() throws Exception {
        try (SshServer server = SshServer.start("ed25519")) {
            URI url = URI.create(server.url(repository));
            configure("Host forge.example", "HostName 127.0.0.1", "Port " + url.getPort());
            Map<String, String> environment = login(server);
            environment.put("HOME", home().toString());
            try (BuildContext context =
                    resolve("%s@forge.example:%s#main".formatted(url.getUserInfo(), repository), environment)) {
                assertThat(context.revision()).contains(commit);
                assertThat(context.root().resolve("a.txt")).hasContent("a");
            }
        }
    }

    @Test
    void kanikosSchemeMeansSshWhereTheVariableSaysSo() throws Exception {
        try (SshServer server = SshServer.start("ed25519")) {
            String uri = server.url(repository).replaceFirst("ssh", "git");
            Map<String, String> environment = login(server);
            environment.put("GIT_PULL_METHOD", "ssh");
            try (BuildContext context = resolve(uri + "#refs/heads/main", environment)) {
                assertThat(context.revision()).contains(commit);
            }
            environment.put("GIT_PULL_METHOD", "rsync");
            assertThatThrownBy(() -> resolve(uri, environment))
                    .isInstanceOf(ContextException.class)
                    .hasMessage("GIT_PULL_METHOD is \"rsync\": write https, http or ssh");
        }
    }

    @Test
    void aHostThatIsNotKnownIsBelievedOnRequestOnly() throws Exception {
        try (SshServer server = SshServer.start("ed25519")) {
            Map<String, String> environment = Map.of(
                    "HOME", home().toString(), "SSH_PRIVATE_KEY", server.key().toString());
            configure("Host elsewhere.example", "StrictHostKeyChecking no");
            assertThatThrownBy(() -> resolve(server, environment))
                    .hasMessageContaining("put the host's key into ~/.ssh/known_hosts");
            configure("Host 127.0.0.1", "StrictHostKeyChecking no");
            resolve(server, environment).close();
        }
    }

    @Test
    void withoutAKeyTheErrorSaysWhereToPutOne() {
        try (SshServer server = SshServer.start("ed25519")) {
            assertThatThrownBy(() -> resolve(
                            server,
                            Map.of("SSH_KNOWN_HOSTS", server.knownHosts().toString())))
                    .hasMessageContaining("give a key by SSH_PRIVATE_KEY");
        }
    }

    private BuildContext resolve(SshServer server, Map<String, String> environment)
            throws ContextException, InterruptedException {
        return resolve(server.url(repository), environment);
    }

    private Path home() {
        return directory.path().resolve("home");
    }

    private void configure(String... lines) throws IOException {
        Files.write(Files.createDirectories(home().resolve(".ssh")).resolve("config"), List.of(lines));
    }

    private BuildContext resolve(String uri, Map<String, String> environment)
            throws ContextException, InterruptedException {
        ContextOptions options =
                ContextOptions.in(directory.path().resolve("context")).withEnvironment(environment);
        return new GitResolver().resolve(ContextUri.parse(uri), options);
    }
}
