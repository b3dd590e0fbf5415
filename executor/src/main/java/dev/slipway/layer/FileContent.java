package dev.slipway.layer;

import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Where the bytes of a file come from. May be opened more than once, unless whoever made it says otherwise. */
@FunctionalInterface
public interface FileContent {
    Source open() throws IOException;

    /** The bytes of one file, being read. */
    interface Source extends Closeable {
        /** The length at the time of opening. */
        long sizeBytes();

        /** As {@link InputStream#read(byte[], int, int)}. */
        int read(byte[] into, int offset, int length) throws IOException;

        /** Passes over the hole that begins here and tells its length; 0 where there is none. */
        default long skipHole() throws IOException {
            return 0;
        }
    }

    /** A file in a directory tree; its holes are found, not read. */
    static FileContent of(Directory root, PathBytes path) {
        return () -> new OpenedFile(root.openRead(path));
    }

    /** Bytes that are there already. */
    static FileContent of(byte[] bytes) {
        return () -> new Source() {
            private int position;

            @Override
            public long sizeBytes() {
                return bytes.length;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                Objects.checkFromIndexSize(offset, length, into.length);
                if (position == bytes.length) {
                    return length == 0 ? 0 : -1;
                }
                int read = Math.min(length, bytes.length - position);
                System.arraycopy(bytes, position, into, offset, read);
                position += read;
                return read;
            }

            @Override
            public void close() {}
        };
    }

    /** What opens a stream. */
    @FunctionalInterface
    interface StreamOpener {
        InputStream open() throws IOException;
    }

    /** A stream that is known to hold so many bytes. */
    static FileContent of(long sizeBytes, StreamOpener opener) {
        return () -> {
            InputStream in = opener.open();
            return new Source() {
                @Override
                public long sizeBytes() {
                    return sizeBytes;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    return in.read(into, offset, length);
                }

                @Override
                public void close() throws IOException {
                    in.close();
                }
            };
        };
    }

    /** An open file that is asked where its data lies if it has fewer blocks than bytes. */
    final class OpenedFile implements Source {
        private static final int BLOCK_BYTES = 512;

        private final OpenFile file;
        private final long sizeBytes;
        private final boolean isSparse;
        private long position;
        private long nextHole;

        private OpenedFile(OpenFile file) throws IOException {
            this.file = file;
            try {
                var status = file.status();
                sizeBytes = status.sizeBytes();
                isSparse = status.blocks() < sizeBytes / BLOCK_BYTES;
            } catch (IOException e) {
                file.close();
                throw e;
            }
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = file.read(position, into, offset, length);
            position += Math.max(0, read);
            return read;
        }

        @Override
        public long skipHole() throws IOException {
            if (!isSparse || position < nextHole || position >= sizeBytes) {
                return 0;
            }
            long data = file.nextData(position);
            long end = data < 0 ? sizeBytes : Math.min(data, sizeBytes);
            nextHole = data < 0 ? end : file.nextHole(data);
            long hole = end - position;
            position = end;
            return hole;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
