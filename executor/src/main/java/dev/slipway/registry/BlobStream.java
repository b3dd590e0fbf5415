package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A blob on its way to us. Broken connections are taken up where they broke ({@code Range}), size and digest are
 * checked as the bytes pass, and the last bytes are only handed out when they are right.
 */
final class BlobStream extends InputStream {
    private static final int SINGLE = 1;

    private final Opener opener;
    private final String operation;
    private final Descriptor blob;
    private final Retry retry;
    private final RegistryListener listener;
    private final MessageDigest hash;
    private HttpAnswer answer;
    private InputStream body;
    private long position;
    private int failures;
    private boolean closed;

    /** Asks for the blob's bytes from an offset on; the answer is 200 or 206. */
    @FunctionalInterface
    interface Opener {
        HttpAnswer open(long offset) throws IOException;
    }

    BlobStream(Opener opener, String operation, Descriptor blob, Retry retry, RegistryListener listener)
            throws IOException {
        this.opener = opener;
        this.operation = operation;
        this.blob = blob;
        this.retry = retry;
        this.listener = listener;
        this.hash = blob.digest().algorithm().newHash();
        this.answer = opener.open(0);
        try {
            checkLength(answer);
            this.body = answer.body();
            if (blob.sizeBytes() == 0) {
                verify();
            }
        } catch (IOException e) {
            answer.close();
            throw e;
        }
    }

    private void checkLength(HttpAnswer first) throws RegistryException {
        long announced = first.contentLength().orElse(blob.sizeBytes());
        if (announced != blob.sizeBytes()) {
            throw Failures.corrupt(
                    operation, first.uri(), blob.sizeBytes() + " bytes", "a blob of " + announced + " bytes");
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[SINGLE];
        return read(one, 0, SINGLE) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the stream of " + blob.digest() + " is closed");
        }
        if (length == 0) {
            return 0;
        }
        if (position == blob.sizeBytes()) {
            return -1;
        }
        int wanted = (int) Math.min(length, blob.sizeBytes() - position);
        while (true) {
            try {
                int count = body.read(buffer, offset, wanted);
                if (count > 0) {
                    hash.update(buffer, offset, count);
                    position += count;
                    failures = 0;
                    if (position == blob.sizeBytes()) {
                        verify();
                    }
                    return count;
                }
                resume(new IOException("the connection ended %d bytes early".formatted(blob.sizeBytes() - position)));
            } catch (RegistryException e) {
                throw e;
            } catch (InterruptedIOException e) {
                if (!(e instanceof SocketTimeoutException)) {
                    throw e;
                }
                resume(e);
            } catch (IOException e) {
                resume(e);
            }
        }
    }

    private void verify() throws IOException {
        if (body.read() >= 0) {
            throw Failures.corrupt(
                    operation, answer.uri(), blob.sizeBytes() + " bytes", "more than " + blob.sizeBytes() + " bytes");
        }
        Digest got = Digest.ofHash(blob.digest().algorithm(), hash.digest());
        if (!got.equals(blob.digest())) {
            throw Failures.corrupt(operation, answer.uri(), blob.digest().toString(), "bytes of " + got);
        }
    }

    private void resume(IOException cause) throws IOException {
        answer.close();
        failures++;
        if (!retry.again(failures, Optional.empty())) {
            throw Failures.unanswered(
                    "%s: after %d of %d bytes".formatted(operation, position, blob.sizeBytes()), answer.uri(), cause);
        }
        listener.debug("%s: %s; going on at byte %d".formatted(operation, cause.getMessage(), position));
        answer = opener.open(position);
        body = answer.body();
        if (answer.status() == 200) {
            body.skipNBytes(position); // the server doesn't know ranges
        } else if (!startsAt(position)) {
            throw Failures.protocol(operation, answer.uri(), "sent another range than the one asked for");
        }
    }

    private boolean startsAt(long offset) {
        return answer.header("Content-Range")
                .map(range -> range.strip().startsWith("bytes " + offset + "-"))
                .orElse(false);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            answer.close();
        }
    }
}
