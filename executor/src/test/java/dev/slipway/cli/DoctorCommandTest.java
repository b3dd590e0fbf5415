package dev.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.fixture.registry.Credentials;
import dev.slipway.fixture.registry.DockerRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @Test
    void tellsOfEachKindOfIsolationWhetherItIsAllowed() {
        assertThat(doctor("--slipway-dir", directory.toString())).isZero();

        assertThat(out.toString(UTF_8))
                .containsPattern("(?m)^  (yes|no ) overlay +needs mounts")
                .containsPattern("(?m)^  (yes|no ) directory +needs mounts")
                .containsPattern("(?m)^  (yes|no ) in-place +needs root in a container of its own");
    }

    @Test
    void saysOfAMissingCapabilityWhatThatChanges() throws Exception {
        assertThat(doctor("--slipway-dir", directory.toString(), "--format=json"))
                .isZero();

        JsonNode capabilities = new JsonMapper().readTree(out.toByteArray()).get("capabilities");
        assertThat(capabilities).isNotEmpty();
        for (JsonNode finding : capabilities) {
            if (finding.get("verdict").asText().equals("no")) {
                assertThat(finding.get("words").asText()).startsWith("without it ");
            }
        }
    }

    @Test
    void saysWhichCredentialAPushWouldUseAndWhetherItIsLet() throws Exception {
        Credentials known = Credentials.KNOWN;
        try (DockerRegistry registry = DockerRegistry.with().withPassword().start()) {
            String slipway = directory.resolve("own").toString();
            String destination = registry.reference("team/app:1");
            assertThat(doctor(Map.of(), "--slipway-dir", slipway, "--destination", destination))
                    .isZero();
            assertThat(out.toString(UTF_8))
                    .contains(registry.host() + "/team/app", "it is asked without a credential: none was found")
                    .containsPattern("(?m)^  no  push .*401 Unauthorized");

            out.reset();
            String config = "{\"auths\":{\"%s/team\":{\"username\":\"%s\",\"password\":\"%s\"}}}"
                    .formatted(registry.host(), known.user(), known.password());
            assertThat(doctor(
                            Map.of("DOCKER_AUTH_CONFIG", config),
                            "--slipway-dir",
                            slipway,
                            "--destination",
                            destination))
                    .isZero();
            assertThat(out.toString(UTF_8))
                    .contains("with the credential from DOCKER_AUTH_CONFIG (auths \"" + registry.host() + "/team\")")
                    .containsPattern("(?m)^  yes push .*an upload to it can be started")
                    .doesNotContain(known.password());
        }
    }

    @Test
    void leavesNothingBehind() {
        doctor("--slipway-dir", directory.toString());

        assertThat(directory.resolve("work")).isEmptyDirectory();
    }

    @Test
    void namesAWorkDirectoryThatCantBeWritten() {
        assertThat(doctor("--slipway-dir", "/dev/null/own")).isZero();

        assertThat(out.toString(UTF_8))
                .contains("\"/dev/null/own/work\" can't be written")
                .contains("--slipway-dir");
    }

    private int doctor(String... arguments) {
        return doctor(Map.of(), arguments);
    }

    private int doctor(Map<String, String> environment, String... arguments) {
        Streams streams = new Streams(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        List<String> line = new ArrayList<>(List.of("doctor"));
        line.addAll(List.of(arguments));
        return new Executor(new Surroundings(streams, directory, InstantSource.system())).run(line, environment);
    }
}
