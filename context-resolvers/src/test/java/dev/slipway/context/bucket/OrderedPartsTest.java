package dev.slipway.context.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.context.Retries;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A large object is read by several requests at once, and comes in order all the same. */
class OrderedPartsTest {
    private static final StoredObject OBJECT =
            new StoredObject("large", (long) OrderedParts.PARTS * OrderedParts.PART_BYTES, "1", Instant.EPOCH);

    @Test
    void everyPartIsAskedForBeforeTheFirstIsThere() throws IOException {
        try (InputStream parts = new OrderedParts(new TogetherOrNotAtAll(), OBJECT, new Retries(1, pause -> {}))) {
            for (int part = 0; part < OrderedParts.PARTS; part++) {
                byte[] content = parts.readNBytes(OrderedParts.PART_BYTES);
                assertThat(content).hasSize(OrderedParts.PART_BYTES);
                assertThat(content[0]).isEqualTo((byte) part);
                assertThat(content[content.length - 1]).isEqualTo((byte) part);
            }
            assertThat(parts.read()).isEqualTo(-1);
        }
    }

    /** A store that answers no request before all of them have come; each part holds its number, again and again. */
    private static final class TogetherOrNotAtAll implements Bucket {
        private final CountDownLatch awaited = new CountDownLatch(OrderedParts.PARTS);

        @Override
        public InputStream read(StoredObject object, long offsetBytes, long lengthBytes) throws IOException {
            awaited.countDown();
            try {
                if (!awaited.await(20, TimeUnit.SECONDS)) {
                    throw new IOException("this is the only request at this time");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            byte[] content = new byte[(int) lengthBytes];
            Arrays.fill(content, (byte) (offsetBytes / OrderedParts.PART_BYTES));
            return new ByteArrayInputStream(content);
        }

        @Override
        public String uriOf(String key) {
            return "mem://bucket/" + key;
        }

        @Override
        public Optional<StoredObject> find(String key) {
            return Optional.of(OBJECT);
        }

        @Override
        public Page list(String prefix, Optional<String> from) throws IOException {
            throw new IOException("nothing is listed here");
        }

        @Override
        public void write(String key, byte[] content) throws IOException {
            throw new IOException("nothing is written here");
        }

        @Override
        public void close() {}
    }
}
