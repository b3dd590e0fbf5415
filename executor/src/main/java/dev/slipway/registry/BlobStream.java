package dev.slipway.registry;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A blob on its way to us. Broken connections are taken up where they broke ({@code Range}), at the next place where one
 * doesn't come back; size and digest are checked as the bytes pass, and the last bytes are only handed out when they are
 * right.
 */
final class BlobStream extends BlockInputStream {
    private final BlobPlaces places;
    private final String operation;
    private final Descriptor blob;
    private final RegistryListener listener;
    private final MessageDigest hash;
    private HttpAnswer answer;
    private InputStream body;
    private long position;
    private int failures;
    private boolean closed;

    BlobStream(BlobPlaces places, String operation, Descriptor blob, RegistryListener listener) throws IOException {
        this.places = places;
        this.operation = operation;
        this.blob = blob;
        this.listener = listener;
        this.hash = blob.digest().algorithm().newHash();
        this.answer = places.open(0);
        try {
            this.body = answer.body();
            if (blob.sizeBytes() == 0) {
                verify();
            }
        } catch (IOException e) {
            answer.close();
            throw e;
        }
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
            } catch (IOException e) {
                resume(e);
            }
        }
    }

    private void verify() throws IOException {
        if (body.read() >= 0) {
            throw places.damaged(Failures.corrupt(
                    operation, answer.uri(), blob.sizeBytes() + " bytes", "more than " + blob.sizeBytes() + " bytes"));
        }
        Digest got = Digest.ofHash(blob.digest().algorithm(), hash.digest());
        if (!got.equals(blob.digest())) {
            throw places.damaged(
                    Failures.corrupt(operation, answer.uri(), blob.digest().toString(), "bytes of " + got));
        }
    }

    private void resume(IOException broken) throws IOException {
        IOException cause = broken;
        while (true) {
            if (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException)) {
                throw cause;
            }
            answer.close();
            failures++;
            if (!places.retry().again(failures, Optional.empty())) {
                places.leave(Failures.unanswered(
                        "%s: after %d of %d bytes".formatted(operation, position, blob.sizeBytes()),
                        answer.uri(),
                        cause));
                failures = 0;
            }
            listener.debug("%s: %s; going on at byte %d".formatted(operation, cause.getMessage(), position));
            answer = places.open(position);
            try {
                goToPosition();
                return;
            } catch (RegistryException e) {
                answer.close();
                throw e;
            } catch (IOException e) {
                cause = e;
            }
        }
    }

    private void goToPosition() throws IOException {
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
