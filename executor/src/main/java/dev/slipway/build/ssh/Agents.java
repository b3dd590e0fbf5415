package dev.slipway.build.ssh;

import dev.slipway.posix.Directory;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The agents that {@code --ssh} gives to a build, looked at before anything is built. */
public final class Agents {
    private static final PathBytes SOCKET = PathBytes.of("agent");

    private final Map<String, Agent> byId = new HashMap<>();
    private final Path directory;

    /**
     * Reads the keys, and looks for the sockets.
     *
     * @param directory where sockets are made
     * @throws AgentException if one can't be used
     */
    public Agents(List<AgentSource> sources, Path directory) throws AgentException {
        this.directory = directory;
        for (AgentSource source : sources) {
            byId.put(source.id(), agent(source));
        }
    }

    private static Agent agent(AgentSource source) throws AgentException {
        List<AgentKey> keys = new ArrayList<>();
        for (Path path : source.paths()) {
            if (isSocket(path)) {
                if (source.paths().size() > 1) {
                    throw new AgentException(
                            "--ssh %s: give one agent's socket, or files with keys, not both".formatted(source.id()));
                }
                return new ForwardedAgent(path);
            }
            keys.add(PrivateKeyFile.read(path));
        }
        return new Agent.OfKeys(List.copyOf(keys));
    }

    private static boolean isSocket(Path path) throws AgentException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null || !Files.exists(path)) {
            return false;
        }
        try (Directory directory = Directory.open(parent)) {
            PathBytes name = PathBytes.of(String.valueOf(path.getFileName()));
            return directory.statusFollowing(name).type() == FileType.SOCKET;
        } catch (IOException e) {
            throw new AgentException("--ssh: \"%s\" can't be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    public boolean has(String id) {
        return byId.containsKey(id);
    }

    /**
     * A socket of the agent for one step.
     *
     * @param path where it is
     */
    public record Socket(Path path, AutoCloseable listener, Path room) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                listener.close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            Files.deleteIfExists(path);
            Files.delete(room);
        }
    }

    /** Makes a socket with this owner and mode that leads to the agent. */
    public Socket open(String id, int uid, int gid, int permissions) throws IOException {
        Agent agent = byId.get(id);
        if (agent == null) {
            throw new IllegalStateException("no agent \"%s\"".formatted(id));
        }
        Path room = Files.createTempDirectory(directory, "ssh");
        try (Directory opened = Directory.open(room)) {
            AgentSocket socket = new AgentSocket(agent, "/proc/self/fd/%d/%s".formatted(opened.fd(), SOCKET));
            opened.setOwner(SOCKET, uid, gid);
            opened.setPermissions(SOCKET, permissions);
            return new Socket(room.resolve(SOCKET.toUtf8()), socket, room);
        }
    }
}
