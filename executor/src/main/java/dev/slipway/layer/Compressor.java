package dev.slipway.layer;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;

/** One blob being compressed; {@link #finish} completes it, closing only frees what the compression holds. */
abstract class Compressor implements AutoCloseable {
    static Compressor open(BlobCompression compression, OutputStream out, ExecutorService workers, int parallelism)
            throws IOException {
        return switch (compression) {
            case BlobCompression.None() -> new Plain(out);
            case BlobCompression.Gzip(int level) ->
                // One block more than threads, so that none of them waits while the oldest is written.
                new Gzip(new BlockGzipOutputStream(out, level, workers, parallelism + 1));
            case BlobCompression.Zstd(int level) -> new Zstd(out, level, parallelism);
        };
    }

    abstract OutputStream stream();

    abstract void finish() throws IOException;

    @Override
    public abstract void close() throws IOException;

    private static final class Plain extends Compressor {
        private final OutputStream out;

        Plain(OutputStream out) {
            this.out = out;
        }

        @Override
        OutputStream stream() {
            return out;
        }

        @Override
        void finish() {}

        @Override
        public void close() {}
    }

    private static final class Gzip extends Compressor {
        private final BlockGzipOutputStream gzip;

        Gzip(BlockGzipOutputStream gzip) {
            this.gzip = gzip;
        }

        @Override
        OutputStream stream() {
            return gzip;
        }

        @Override
        void finish() throws IOException {
            gzip.finish();
        }

        @Override
        public void close() {
            gzip.close();
        }
    }

    private static final class Zstd extends Compressor {
        private final Shield shield;
        private final ZstdOutputStreamNoFinalizer zstd;

        Zstd(OutputStream out, int level, int parallelism) throws IOException {
            shield = new Shield(out);
            zstd = new ZstdOutputStreamNoFinalizer(shield, level);
            zstd.setChecksum(true);
            // With one worker and more the bytes are the same; without any they would differ.
            zstd.setWorkers(parallelism);
        }

        @Override
        OutputStream stream() {
            return zstd;
        }

        @Override
        void finish() throws IOException {
            zstd.close();
        }

        @Override
        public void close() throws IOException {
            shield.drop();
            zstd.close();
        }
    }

    /** Keeps the library from closing the blob, and from ending a frame into one that was given up. */
    private static final class Shield extends OutputStream {
        private final OutputStream out;
        private boolean dropping;

        Shield(OutputStream out) {
            this.out = out;
        }

        void drop() {
            dropping = true;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!dropping) {
                out.write(bytes, offset, length);
            }
        }
    }
}
