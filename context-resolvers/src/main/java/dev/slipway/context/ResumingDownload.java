package dev.slipway.context;

import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One remote object as one stream that outlives its connections (contexts.md, "Downloads retry"). Every resolver whose
 * source is an object reads it through this: HTTP, S3, Google Cloud Storage, Azure.
 *
 * <p>What breaks off is opened again where it stopped. Bytes of two versions are never mixed: a version that differs from
 * the first answer's ends the download. A source without versions is read again from its beginning, and what had come
 * before must be the same, byte for byte. An object that is shorter than announced, or whose checksum differs, is an error
 * of the stream, never its silent end.
 *
 * <p>Not for use by several threads.
 */
public final class ResumingDownload extends BlockInputStream {

    private final String what;
    private final Source source;
    private final Retries retries;
    private final byte[] skipped = new byte[1 << 14];

    private InputStream body = InputStream.nullInputStream();
    private long position;
    private int failures;
    private boolean ended;
    private Optional<String> version = Optional.empty();
    private OptionalLong totalBytes = OptionalLong.empty();
    private Optional<Checksum> checksum = Optional.empty();
    private @Nullable MessageDigest checked;
    private @Nullable MessageDigest seen;

    private ResumingDownload(String what, Source source, Retries retries) {
        this.what = what;
        this.source = source;
        this.retries = retries;
    }

    /** Where the bytes come from. */
    @FunctionalInterface
    public interface Source {
        /**
         * Opens the object.
         *
         * @param offsetBytes where to begin; a source that can't may begin at 0 and say so in {@link Part#offsetBytes}
         * @param version what the first answer called its version; empty the first time
         * @throws Refused if asking again won't help
         * @throws Delayed if the server says when to ask again
         * @throws IOException if it may
         */
        Part open(long offsetBytes, Optional<String> version) throws IOException;
    }

    /**
     * An answer.
     *
     * @param body is closed by the download
     * @param offsetBytes where in the object the body begins
     * @param totalBytes of the whole object
     * @param version a strong ETag, a generation: what changes when the object does
     * @param checksum of the whole object; read from the first answer only
     */
    public record Part(
            InputStream body,
            long offsetBytes,
            OptionalLong totalBytes,
            Optional<String> version,
            Optional<Checksum> checksum) {

        public Part {
            Objects.requireNonNull(body, "body is null");
        }
    }

    /**
     * What the whole object must add up to.
     *
     * @param algorithm as {@link MessageDigest} names it
     */
    public record Checksum(String algorithm, byte[] value) {

        public Checksum {
            value = value.clone();
        }

        @Override
        public byte[] value() {
            return value.clone();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Checksum same
                    && algorithm.equals(same.algorithm)
                    && Arrays.equals(value, same.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }
    }

    /** An answer that stays the same however often one asks; the message is for the user. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        public Refused(String message) {
            super(message);
        }

        public Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** "Not now", with the time to wait if the server names one. */
    public static final class Delayed extends IOException {
        private static final long serialVersionUID = 1;

        private final transient Optional<Duration> wait;

        public Delayed(String message, Optional<Duration> wait) {
            super(message);
            this.wait = wait;
        }

        public Delayed(String message, Optional<Duration> wait, Throwable cause) {
            super(message, cause);
            this.wait = wait;
        }

        /** How long the server wants us to wait, if it says. */
        public Optional<Duration> askedFor() {
            return wait;
        }
    }

    /**
     * Opens the object, trying as often as {@code retries} says.
     *
     * @param what names it in messages, without credentials
     * @throws IOException if it can't be had; the message is for the user
     */
    public static ResumingDownload start(String what, Source source, Retries retries) throws IOException {
        ResumingDownload download = new ResumingDownload(what, source, retries);
        while (true) {
            try {
                download.begin(source.open(0, Optional.empty()));
                return download;
            } catch (Refused refused) {
                throw refused;
            } catch (IOException failure) {
                download.waitAfter(failure);
            }
        }
    }

    /** How large the object is, if the server says. */
    public OptionalLong totalBytes() {
        return totalBytes;
    }

    /** The version that is being read, if the server names versions. */
    public Optional<String> version() {
        return version;
    }

    private void begin(Part part) throws IOException {
        body = part.body();
        if (part.offsetBytes() != 0) {
            throw new Refused("%s: the server began at byte %d".formatted(what, part.offsetBytes()));
        }
        version = part.version();
        totalBytes = part.totalBytes();
        checksum = part.checksum();
        checked = checksum.isPresent() ? hash(checksum.get().algorithm()) : null;
        seen = version.isEmpty() ? hash("SHA-256") : null;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            try {
                int read = body.read(bytes, offset, length);
                if (read > 0) {
                    took(bytes, offset, read);
                    return read;
                }
                if (totalBytes.isPresent() && position < totalBytes.getAsLong()) {
                    throw new IOException(
                            "the connection ended after %d of %d bytes".formatted(position, totalBytes.getAsLong()));
                }
                checkSum();
                ended = true;
            } catch (Refused refused) {
                throw refused;
            } catch (IOException failure) {
                resume(failure);
            }
        }
        return -1;
    }

    private void took(byte[] bytes, int offset, int read) throws IOException {
        position += read;
        failures = 0;
        if (totalBytes.isPresent() && position > totalBytes.getAsLong()) {
            throw new Refused(
                    "%s: the server sends more than the %d bytes it announced".formatted(what, totalBytes.getAsLong()));
        }
        if (checked != null) {
            checked.update(bytes, offset, read);
        }
        if (seen != null) {
            seen.update(bytes, offset, read);
        }
    }

    private void checkSum() throws Refused {
        if (checked != null
                && checksum.isPresent()
                && !MessageDigest.isEqual(checked.digest(), checksum.get().value())) {
            throw new Refused("%s: the content does not match the %s checksum that the server sent"
                    .formatted(what, checksum.get().algorithm()));
        }
    }

    private void resume(IOException first) throws IOException {
        IOException failure = first;
        while (true) {
            closeBody();
            waitAfter(failure);
            try {
                Part part = source.open(seen == null ? position : 0, version);
                body = part.body();
                if (!part.version().equals(version) || !sameSize(part.totalBytes())) {
                    throw changed();
                }
                skipTo(part.offsetBytes());
                return;
            } catch (Refused refused) {
                throw refused;
            } catch (IOException next) {
                failure = next;
            }
        }
    }

    private boolean sameSize(OptionalLong now) {
        return now.isEmpty() || totalBytes.isEmpty() || now.getAsLong() == totalBytes.getAsLong();
    }

    private Refused changed() {
        return new Refused("%s was replaced while it was being downloaded (after %d bytes): start the build again"
                .formatted(what, position));
    }

    /** Passes over what came before; without a version to rely on, makes sure that it is the same. */
    private void skipTo(long begin) throws IOException {
        if (begin > position) {
            throw new Refused("%s: the server resumed at byte %d instead of %d".formatted(what, begin, position));
        }
        MessageDigest again = seen == null ? null : hash("SHA-256");
        for (long at = begin; at < position; ) {
            int read = body.read(skipped, 0, (int) Math.min(skipped.length, position - at));
            if (read < 0) {
                throw changed();
            }
            if (again != null) {
                again.update(skipped, 0, read);
            }
            at += read;
        }
        if (again != null && seen != null) {
            byte[] before = copy(seen).digest();
            if (!MessageDigest.isEqual(before, again.digest())) {
                throw changed();
            }
        }
    }

    /** Pauses before the next attempt, or gives up. */
    private void waitAfter(IOException failure) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw failure;
        }
        failures++;
        Optional<Duration> asked = failure instanceof Delayed delayed ? delayed.wait : Optional.empty();
        if (!retries.again(failures, asked)) {
            String attempts = failures == 1 ? "one attempt" : failures + " attempts";
            throw new Refused(
                    "%s: %s (%s%s)"
                            .formatted(
                                    what,
                                    failure.getMessage() == null ? failure : failure.getMessage(),
                                    position == 0 ? "" : "after %d bytes, ".formatted(position),
                                    attempts),
                    failure);
        }
    }

    private void closeBody() {
        try {
            body.close();
        } catch (IOException e) {
            // The connection has failed already, which is why it is closed.
        }
        body = InputStream.nullInputStream();
    }

    private static MessageDigest hash(String algorithm) throws Refused {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new Refused("no checksum \"%s\" here".formatted(algorithm), e);
        }
    }

    private static MessageDigest copy(MessageDigest digest) throws Refused {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new Refused("the checksum so far can't be read", e);
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
