package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.registry.ConfiguredCredentials;
import dev.slipway.registry.Credential;
import dev.slipway.registry.RegistryListener;
import dev.slipway.registry.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginCommandTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int login(String input, String... arguments) throws UsageException {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new LoginCommand(
                        new Streams(stream, stream), new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)))
                .run(List.of(arguments), environment());
    }

    private Map<String, String> environment() {
        return Map.of("DOCKER_CONFIG", directory.resolve("docker").toString());
    }

    private List<Credential> found(String registry) throws IOException {
        return ConfiguredCredentials.load(environment(), RegistryListener.SILENT).find(registry, "team/app").stream()
                .map(Credential.Found::credential)
                .toList();
    }

    @Test
    void writesACredentialThatTheNextBuildFinds() throws Exception {
        assertThat(login("", "r.example:5000", "-u", "me", "-p", "one:two")).isZero();
        assertThat(login("three\n", "docker.io", "--username=hub", "--password-stdin"))
                .isZero();
        assertThat(found("r.example:5000")).containsExactly(new Credential.Password("me", new Secret("one:two")));
        assertThat(found("docker.io")).containsExactly(new Credential.Password("hub", new Secret("three")));
        Path file = directory.resolve("docker/config.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(file.toString())
                .doesNotContain("three");
    }

    @Test
    void leavesTheRestOfTheFileAlone() throws Exception {
        Path file = directory.resolve("docker/config.json");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file, "{\"credHelpers\":{\"x.example\":\"vault\"},\"auths\":{\"y.example\":{\"auth\":\"YTpi\"}}}");
        login("", "r.example", "-u", "me", "-p", "p");
        assertThat(Files.readString(file)).contains("vault", "y.example", "r.example");
        assertThat(found("y.example")).containsExactly(new Credential.Password("a", new Secret("b")));
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThatThrownBy(() -> login("", "r.example", "-u", "me")).hasMessageContaining(LoginCommand.USAGE);
        assertThatThrownBy(() -> login("", "r.example", "-u", "me", "-p", "p", "--password-stdin"))
                .hasMessageContaining(LoginCommand.USAGE);
        assertThatThrownBy(() -> login("", "r.example", "-u", "me", "--password-stdin"))
                .hasMessageContaining("standard input is empty");
        assertThatThrownBy(() -> login("", "r.example", "--user", "me"))
                .hasMessageContaining("unknown flag \"--user\"");
        Path file = directory.resolve("docker/config.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{");
        assertThatThrownBy(() -> login("", "r.example", "-u", "me", "-p", "secret"))
                .hasMessageContaining("is not JSON")
                .hasMessageNotContaining("secret");
    }
}
