package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ContentChecksumTest {
    @Test
    void isXxh64() {
        assertThat(ContentChecksum.of(new byte[0])).isEqualTo(0xef46db3751d8e999L);
        assertThat(ContentChecksum.of("abc".getBytes(US_ASCII))).isEqualTo(0x44bc2cf5ad770999L);
    }

    /** A zstd frame ends with the lower half of its content's XXH64: an independent computation. */
    @Property(tries = 300)
    void agreesWithZstd(@ForAll long seed, @ForAll @IntRange(max = 1000) int length) throws IOException {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(frame, Zstd.defaultCompressionLevel())) {
            zstd.setChecksum(true);
            zstd.write(content);
        }
        int stored = ByteBuffer.wrap(frame.toByteArray())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt(frame.size() - 4);

        assertThat((int) ContentChecksum.of(content)).isEqualTo(stored);
    }

    @Property(tries = 300)
    void piecesMakeNoDifference(@ForAll byte[] content, @ForAll @IntRange(min = 1, max = 50) int piece) {
        ContentChecksum checksum = new ContentChecksum();
        for (int done = 0; done < content.length; done += piece) {
            checksum.update(content, done, Math.min(piece, content.length - done));
        }

        assertThat(checksum.value()).isEqualTo(ContentChecksum.of(content));
    }
}
