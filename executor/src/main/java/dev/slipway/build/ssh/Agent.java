package dev.slipway.build.ssh;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;

/**
 * What answers a client of the agent protocol (draft-ietf-sshm-ssh-agent): one message, one answer. Clients may list
 * keys, sign, and use extensions; a build step may neither add, remove nor lock anything.
 */
interface Agent {
    int FAILURE = 5;
    int REQUEST_IDENTITIES = 11;
    int IDENTITIES_ANSWER = 12;
    int SIGN_REQUEST = 13;
    int SIGN_RESPONSE = 14;
    int EXTENSION = 27;

    /** A conversation of one client. */
    interface Conversation extends AutoCloseable {
        /** Answers a message without its length; the answer is without one, too. */
        byte[] answer(byte[] message) throws IOException;

        @Override
        void close() throws IOException;
    }

    Conversation begin() throws IOException;

    /** An agent of our own. */
    record OfKeys(List<AgentKey> keys) implements Agent {
        @Override
        public Conversation begin() {
            return new Conversation() {
                @Override
                public byte[] answer(byte[] message) throws IOException {
                    return OfKeys.this.answer(message);
                }

                @Override
                public void close() {}
            };
        }

        private byte[] answer(byte[] message) throws IOException {
            WireReader reader = new WireReader(message);
            return switch (reader.unsignedByte()) {
                case REQUEST_IDENTITIES -> {
                    WireWriter answer =
                            new WireWriter().unsignedByte(IDENTITIES_ANSWER).number(keys.size());
                    keys.forEach(key -> answer.string(key.publicBlob()).text(key.comment()));
                    yield answer.toBytes();
                }
                case SIGN_REQUEST -> sign(reader);
                default -> new byte[] {FAILURE};
            };
        }

        private byte[] sign(WireReader request) throws IOException {
            byte[] wanted = request.string();
            byte[] data = request.string();
            int flags = request.number();
            for (AgentKey key : keys) {
                if (Arrays.equals(key.publicBlob(), wanted)) {
                    try {
                        return new WireWriter()
                                .unsignedByte(SIGN_RESPONSE)
                                .string(key.sign(data, flags))
                                .toBytes();
                    } catch (GeneralSecurityException e) {
                        throw new IOException("the key %s can't sign".formatted(key), e);
                    }
                }
            }
            return new byte[] {FAILURE};
        }
    }
}
