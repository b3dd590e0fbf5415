package dev.slipway.build.ssh;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The agent of the one who started the build; only what reads is handed on to it. */
record ForwardedAgent(Path socket) implements Agent {
    @Override
    public Conversation begin() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new Conversation() {
            @Override
            public byte[] answer(byte[] message) throws IOException {
                return switch (message.length == 0 ? 0 : message[0]) {
                    case REQUEST_IDENTITIES, SIGN_REQUEST, EXTENSION -> {
                        AgentFrames.write(channel, message);
                        yield AgentFrames.read(channel).orElseThrow(() -> new IOException("the agent hung up"));
                    }
                    default -> new byte[] {FAILURE};
                };
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
