package dev.slipway.context.gcs;

import com.google.cloud.BaseServiceException;
import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A range of an object. The library sends its request at the first read, so what the server answers comes out here. */
final class GcsContent extends BlockInputStream {
    private final InputStream content;
    private final String what;
    private final GcsFailures failures;

    GcsContent(InputStream content, String what, GcsFailures failures) {
        this.content = content;
        this.what = what;
        this.failures = failures;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return content.read(bytes, offset, length);
        } catch (BaseServiceException e) {
            throw failures.ofContent(what, e);
        } catch (IOException e) {
            if (e.getCause() instanceof BaseServiceException service) {
                throw failures.ofContent(what, service);
            }
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
