package dev.slipway.build.ssh;

import java.nio.file.Path;
import java.util.List;

/**
 * One {@code --ssh}: what stands behind an id of {@code RUN --mount=type=ssh}.
 *
 * @param paths the socket of a running agent, or files with private keys
 */
public record AgentSource(String id, List<Path> paths) {
    public AgentSource {
        paths = List.copyOf(paths);
        if (paths.isEmpty()) {
            throw new IllegalArgumentException("neither a socket nor a key for the agent \"%s\"".formatted(id));
        }
    }
}
