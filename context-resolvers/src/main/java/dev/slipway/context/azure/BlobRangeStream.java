package dev.slipway.context.azure;

import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.DownloadRetryOptions;
import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * A range of a blob, fetched block by block: the library hands out contents as a whole, and a block is what may stand in
 * memory. Each block is asked for by the blob's ETag.
 */
final class BlobRangeStream extends BlockInputStream {
    private static final int BLOCK_BYTES = 4 << 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final DownloadRetryOptions ONE_ATTEMPT = new DownloadRetryOptions().setMaxRetryRequests(0);

    private final BlobClient blob;
    private final BlobRequestConditions version;
    private final Function<RuntimeException, IOException> failures;
    private long position;
    private long leftBytes;
    private byte[] block = new byte[0];
    private int blockPosition;

    BlobRangeStream(
            BlobClient blob,
            String etag,
            long offsetBytes,
            long lengthBytes,
            Function<RuntimeException, IOException> failures) {
        this.blob = blob;
        this.version = new BlobRequestConditions().setIfMatch(etag);
        this.position = offsetBytes;
        this.leftBytes = lengthBytes;
        this.failures = failures;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (blockPosition == block.length) {
            if (leftBytes == 0) {
                return -1;
            }
            fetch();
        }
        int read = Math.min(length, block.length - blockPosition);
        System.arraycopy(block, blockPosition, bytes, offset, read);
        blockPosition += read;
        return read;
    }

    private void fetch() throws IOException {
        long wanted = Math.min(BLOCK_BYTES, leftBytes);
        try {
            block = blob.downloadContentWithResponse(
                            ONE_ATTEMPT, version, new BlobRange(position, wanted), false, TIMEOUT, Context.NONE)
                    .getValue()
                    .toBytes();
        } catch (RuntimeException e) {
            throw failures.apply(e);
        }
        if (block.length != wanted) {
            throw new IOException("the connection ended after %d of %d bytes".formatted(block.length, wanted));
        }
        blockPosition = 0;
        position += wanted;
        leftBytes -= wanted;
    }
}
