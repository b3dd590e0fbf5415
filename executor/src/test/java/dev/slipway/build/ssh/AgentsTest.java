package dev.slipway.build.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents as OpenSSH's own programs see them. */
class AgentsTest {
    @TempDir
    private Path room;

    private Path key;

    @BeforeEach
    void nameTheKey() {
        key = room.resolve("key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-t ed25519",
                "-t rsa -b 2048",
                "-t rsa -b 2048 -m PEM",
                "-t rsa -b 2048 -m PKCS8",
                "-t ecdsa -b 256",
                "-t ecdsa -b 384",
                "-t ecdsa -b 521",
                "-t ecdsa -b 256 -m PEM",
                "-t ecdsa -b 521 -m PKCS8"
            })
    void signsWithAKeyOfEveryKindAndForm(String kind) throws Exception {
        generate(key, kind);
        String publicKey = Files.readString(room.resolve("key.pub"));
        Files.writeString(room.resolve("allowed"), "me " + publicKey);
        Files.writeString(room.resolve("text"), "to be signed\n");
        try (Agents.Socket socket = agents(key).open("default", 0, 0, 0600)) {
            assertThat(ssh(socket, "ssh-add", "-L").runSuccessfully().out())
                    .startsWith(publicKey.substring(0, publicKey.lastIndexOf(' ')));
            // The private half is out of reach, so that nothing but the agent can sign.
            Files.move(key, room.resolve("hidden"));
            ssh(socket, "ssh-keygen", "-Y", "sign", "-f", "key.pub", "-n", "file", "text")
                    .runSuccessfully();
        }
        Program.of("ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me", "-n", "file", "-s", "text.sig")
                .in(room)
                .reading("to be signed\n".getBytes(UTF_8))
                .runSuccessfully();
    }

    @Test
    void aSocketHasItsOwnerAndModeAndGoesWhenItIsClosed() throws Exception {
        generate(key, "-t ed25519");
        Path path;
        try (Agents.Socket socket = agents(key).open("default", 1000, 1001, 0640)) {
            path = socket.path();
            assertThat(Program.of("stat", "-c", "%F %a %u:%g", path.toString())
                            .runSuccessfully()
                            .out())
                    .isEqualTo("socket 640 1000:1001\n");
        }
        assertThat(path).doesNotExist();
        assertThat(path.getParent()).doesNotExist();
    }

    @Test
    void nobodyAddsOrRemovesKeys() throws Exception {
        generate(key, "-t ed25519");
        generate(room.resolve("other"), "-t ed25519");
        try (Agents.Socket socket = agents(key).open("default", 0, 0, 0600)) {
            assertThat(ssh(socket, "ssh-add", "other").run().exitCode()).isNotZero();
            assertThat(ssh(socket, "ssh-add", "-D").run().exitCode()).isNotZero();
            assertThat(ssh(socket, "ssh-add", "-L").runSuccessfully().out().lines())
                    .hasSize(1);
        }
    }

    @Test
    void forwardsTheAgentOfTheCallerForReadingOnly() throws Exception {
        generate(key, "-t ed25519");
        Path real = room.resolve("real");
        try (var agent = Program.of("ssh-agent", "-D", "-a", real.toString()).start()) {
            agent.awaitText("SSH_AUTH_SOCK", Duration.ofSeconds(20));
            Program add = Program.of("ssh-add", key.toString()).withVariable("SSH_AUTH_SOCK", real.toString());
            add.runSuccessfully();
            try (Agents.Socket socket = agents(real).open("default", 0, 0, 0600)) {
                Files.writeString(room.resolve("text"), "x");
                Files.delete(key);
                ssh(socket, "ssh-keygen", "-Y", "sign", "-f", "key.pub", "-n", "file", "text")
                        .runSuccessfully();
                assertThat(ssh(socket, "ssh-add", "-D").run().exitCode()).isNotZero();
                assertThat(ssh(socket, "ssh-add", "-l").runSuccessfully().out()).contains("ED25519");
            }
        }
    }

    @Test
    void aKeyBehindAPassphraseIsRefusedWithTheWayOut() throws Exception {
        Program.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret phrase", "-f", key.toString())
                .runSuccessfully();
        assertThatThrownBy(() -> agents(key))
                .isInstanceOf(AgentException.class)
                .hasMessageContainingAll(key.toString(), "passphrase", "--ssh default");
    }

    @Test
    void whatIsNoKeyIsNamed() throws Exception {
        generate(key, "-t ed25519");
        assertThatThrownBy(() -> agents(room.resolve("key.pub")))
                .hasMessageContainingAll("key.pub\" is no private key", "not the .pub");
        assertThatThrownBy(() -> agents(room.resolve("gone"))).hasMessageContainingAll("gone", "no such file");
        byte[] bytes = Files.readAllBytes(key);
        String damaged = new String(bytes, UTF_8).replaceFirst("(?s)(BEGIN.*?\\n.{40}).*?\\n-", "$1\n-");
        Files.writeString(room.resolve("damaged"), damaged);
        assertThatThrownBy(() -> agents(room.resolve("damaged"))).hasMessageContaining("damaged private key");
    }

    private Agents agents(Path... paths) throws AgentException {
        return new Agents(List.of(new AgentSource("default", List.of(paths))), room);
    }

    private static void generate(Path key, String kind) throws Exception {
        Completed done = Program.of("ssh-keygen", "-q", "-N", "", "-C", "comment", "-f", key.toString())
                .with(kind.split(" "))
                .run();
        done.orThrow();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    private Program ssh(Agents.Socket socket, String... command) {
        return Program.of(command)
                .in(room)
                .withVariable("SSH_AUTH_SOCK", socket.path().toString());
    }
}
