package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.build.BuildRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a build over the executor's own root must not remove, as the flags say. */
class InPlaceFromFlagsTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("SSH_AUTH_SOCK", "/tmp/agent/socket");

    @TempDir
    private Path directory;

    private List<Path> kept(String... arguments) throws Exception {
        GivenFlags flags = new FlagParser(FlagTable.flags(FlagTable.BUILD)).parse(List.of(arguments), ENVIRONMENT);
        BuildRequest request = new RequestFromFlags(flags, directory).request(directory);
        OwnPlaces places = new OwnPlaces(flags, directory, directory.resolve("mounts"));
        return new InPlaceFromFlags(flags, directory, places)
                .options(request, directory.resolve("store"), List.of())
                .kept();
    }

    @Test
    void keepsTheAgentsThatCommandsAskAndFilesOfSecrets() throws Exception {
        assertThat(kept("--ssh=default", "--ssh=deploy=keys/id", "--secret=id=token,src=token"))
                .contains(Path.of("/tmp/agent/socket"), directory.resolve("keys/id"), directory.resolve("token"));
        assertThat(kept()).doesNotContain(Path.of("/tmp/agent/socket"));
    }
}
