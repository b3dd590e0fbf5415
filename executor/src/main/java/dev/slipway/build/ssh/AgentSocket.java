package dev.slipway.build.ssh;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** A socket on which clients find an agent, for one step. Closing it hangs up on all of them. */
final class AgentSocket implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Agent agent;
    private final Set<SocketChannel> clients = new HashSet<>();
    private boolean closed;

    /** @param path below {@code /proc/self/fd} or otherwise short: an address holds 107 bytes */
    AgentSocket(Agent agent, String path) throws IOException {
        this.agent = agent;
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        // Platform threads, which see the executor's own mounts whoever starts them.
        Thread.ofPlatform().name("ssh agent").daemon().start(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                SocketChannel client = server.accept();
                synchronized (clients) {
                    if (closed) {
                        client.close();
                        return;
                    }
                    clients.add(client);
                }
                Thread.ofPlatform().name("ssh agent client").daemon().start(() -> serve(client));
            } catch (IOException closedNow) {
                return;
            }
        }
    }

    /** A client that breaks the protocol, or an agent that went away, ends this conversation and nothing else. */
    private void serve(SocketChannel client) {
        try (client;
                Agent.Conversation conversation = agent.begin()) {
            for (Optional<byte[]> message = AgentFrames.read(client);
                    message.isPresent();
                    message = AgentFrames.read(client)) {
                AgentFrames.write(client, conversation.answer(message.get()));
            }
        } catch (IOException | BufferUnderflowException hungUp) {
            // The client sees its connection end and says so itself.
        } finally {
            synchronized (clients) {
                clients.remove(client);
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (clients) {
            closed = true;
            for (SocketChannel client : clients) {
                client.close();
            }
        }
        server.close();
    }
}
