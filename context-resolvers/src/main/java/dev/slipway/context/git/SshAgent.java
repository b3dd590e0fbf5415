package dev.slipway.context.git;

import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.eclipse.jgit.transport.sshd.agent.Connector;
import org.eclipse.jgit.transport.sshd.agent.ConnectorFactory;
import org.jspecify.annotations.Nullable;

/** The ssh agent behind a socket (draft-ietf-sshm-ssh-agent): frames of a length and a message, one answer for each. */
record SshAgent(Path socket) implements ConnectorFactory {

    private static final int LARGEST_ANSWER_BYTES = 1 << 20;

    @Override
    public Connector create(@Nullable String identityAgent, File homeDirectory) {
        return new Conversation(identityAgent == null || identityAgent.isEmpty() ? socket : Path.of(identityAgent));
    }

    @Override
    public boolean isSupported() {
        return true;
    }

    @Override
    public String getName() {
        return "unix-socket";
    }

    @Override
    public Collection<ConnectorDescriptor> getSupportedConnectors() {
        return List.of(getDefaultConnector());
    }

    @Override
    public ConnectorDescriptor getDefaultConnector() {
        return new ConnectorDescriptor() {
            @Override
            public String getIdentityAgent() {
                return "SSH_AUTH_SOCK";
            }

            @Override
            public String getDisplayName() {
                return "ssh agent";
            }
        };
    }

    private static final class Conversation implements Connector {
        private final Path socket;
        private @Nullable SocketChannel channel;

        Conversation(Path socket) {
            this.socket = socket;
        }

        @Override
        public boolean connect() throws IOException {
            if (channel == null) {
                SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
                opened.connect(UnixDomainSocketAddress.of(socket));
                channel = opened;
            }
            return true;
        }

        @Override
        public byte[] rpc(byte command, byte[] message) throws IOException {
            SocketChannel agent = channel;
            if (agent == null) {
                throw new IOException("the ssh agent \"%s\" is not connected".formatted(socket));
            }
            // JGit leaves room for the length and the command at the message's beginning.
            ByteBuffer request = ByteBuffer.wrap(message.length < 5 ? new byte[5] : message);
            request.putInt(0, request.capacity() - 4).put(4, command);
            while (request.hasRemaining()) {
                agent.write(request);
            }
            int length = read(agent, 4).getInt();
            if (length < 1 || length > LARGEST_ANSWER_BYTES) {
                throw new IOException("the ssh agent \"%s\" answers with %d bytes".formatted(socket, length));
            }
            return read(agent, length).array();
        }

        private ByteBuffer read(SocketChannel agent, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(length);
            while (buffer.hasRemaining()) {
                if (agent.read(buffer) < 0) {
                    throw new IOException("the ssh agent \"%s\" hung up".formatted(socket));
                }
            }
            return buffer.flip();
        }

        @Override
        public void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
        }
    }
}
