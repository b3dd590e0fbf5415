package dev.slipway.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlockGzipOutputStreamTest {
    private static final int BLOCK = 1 << 20;

    @Test
    void bytesDoNotDependOnTheNumberOfThreads() throws IOException {
        byte[] content = text(5 * BLOCK + 12345, 1);

        byte[] one = compress(content, 6, 1);

        assertThat(compress(content, 6, 2)).isEqualTo(one);
        assertThat(compress(content, 6, 7)).isEqualTo(one);
    }

    @Test
    void isReadBackAtTheEdgesOfABlock() throws IOException {
        for (int length : new int[] {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1}) {
            byte[] content = text(length, length);
            assertThat(decompress(compress(content, 6, 2)))
                    .as("%d bytes", length)
                    .isEqualTo(content);
        }
    }

    @Test
    void isReadBackWhereNothingCanBeCompressed() throws IOException {
        byte[] content = new byte[3 * BLOCK + 7];
        new Random(3).nextBytes(content);

        for (int level = 0; level <= 9; level++) {
            assertThat(decompress(compress(content, level, 2))).isEqualTo(content);
        }
    }

    @Test
    void losesNextToNothingAgainstOneLongStream() throws IOException {
        byte[] content = text(8 * BLOCK, 9);
        Deflater deflater = new Deflater(6, true);
        deflater.setInput(content);
        deflater.finish();
        long whole = 0;
        byte[] sink = new byte[BLOCK];
        while (!deflater.finished()) {
            whole += deflater.deflate(sink);
        }
        deflater.end();

        assertThat((double) compress(content, 6, 2).length / whole).isLessThan(1.005);
    }

    @Test
    void gzipItselfAcceptsIt() throws Exception {
        byte[] content = text(2 * BLOCK + 99, 4);
        Process gzip = new ProcessBuilder("gzip", "-dc")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] compressed = compress(content, 6, 2);
        Thread feeder = Thread.ofVirtual().start(() -> feed(gzip, compressed));
        byte[] back = gzip.getInputStream().readAllBytes();
        feeder.join();

        assertThat(gzip.waitFor()).isZero();
        assertThat(back).isEqualTo(content);
    }

    @Property(tries = 25)
    void anyContentInAnyPiecesIsReadBack(
            @ForAll long seed,
            @ForAll @IntRange(max = 3_500_000) int length,
            @ForAll @IntRange(min = 1, max = 9) int level)
            throws IOException {
        byte[] content = text(length, seed);

        assertThat(decompress(compress(content, level, 2))).isEqualTo(content);
    }

    private static void feed(Process process, byte[] bytes) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] compress(byte[] content, int level, int threads) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads);
                BlockGzipOutputStream gzip = new BlockGzipOutputStream(compressed, level, workers, threads + 1)) {
            Random pieces = new Random(content.length);
            for (int done = 0; done < content.length; ) {
                int piece = Math.min(content.length - done, 1 + pieces.nextInt(300_000));
                gzip.write(content, done, piece);
                done += piece;
            }
            gzip.finish();
        }
        return compressed.toByteArray();
    }

    private static byte[] decompress(byte[] compressed) throws IOException {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            return gzip.readAllBytes();
        }
    }

    /** Words from a small vocabulary, as a source tree has them. */
    private static byte[] text(int length, long seed) {
        Random random = new Random(seed);
        byte[][] words = new byte[500][];
        for (int i = 0; i < words.length; i++) {
            words[i] = new byte[2 + random.nextInt(12)];
            random.nextBytes(words[i]);
        }
        byte[] text = new byte[length];
        for (int done = 0; done < length; ) {
            byte[] word = words[random.nextInt(words.length)];
            int part = Math.min(word.length, length - done);
            System.arraycopy(word, 0, text, done, part);
            done += part;
        }
        return Arrays.copyOf(text, length);
    }
}
