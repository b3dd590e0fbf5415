package dev.slipway.build.ssh;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Optional;

/** Messages of the agent protocol on a stream: each behind its length. */
final class AgentFrames {
    /** What OpenSSH's own agent takes at most. */
    private static final int LONGEST_BYTES = 256 * 1024;

    private AgentFrames() {}

    /** The next message; nothing where the other side has hung up in between. */
    static Optional<byte[]> read(ByteChannel channel) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        if (!fill(channel, length)) {
            return Optional.empty();
        }
        int bytes = length.flip().getInt();
        if (bytes < 1 || bytes > LONGEST_BYTES) {
            throw new IOException("a message of %d bytes is none of the agent protocol".formatted(bytes));
        }
        ByteBuffer message = ByteBuffer.allocate(bytes);
        if (!fill(channel, message)) {
            throw new EOFException("hung up in the middle of a message");
        }
        return Optional.of(message.array());
    }

    static void write(ByteChannel channel, byte[] message) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + message.length);
        frame.putInt(message.length).put(message).flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private static boolean fill(ByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                if (buffer.position() > 0) {
                    throw new EOFException("hung up in the middle of a message");
                }
                return false;
            }
        }
        return true;
    }
}
