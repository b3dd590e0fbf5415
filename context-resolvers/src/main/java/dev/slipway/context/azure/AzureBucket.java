package dev.slipway.context.azure;

import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobItemProperties;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.ListBlobsOptions;
import dev.slipway.context.bucket.Bucket;
import dev.slipway.context.bucket.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** A container of Azure Blob Storage. A blob's version is its ETag. */
final class AzureBucket implements Bucket {
    private final BlobUrl url;
    private final BlobContainerClient container;
    private final AzureFailures failures;

    AzureBucket(BlobUrl url, BlobContainerClient container, AzureFailures failures) {
        this.url = url;
        this.container = container;
        this.failures = failures;
    }

    @Override
    public String uriOf(String key) {
        return "https://" + url.host() + "/" + url.container() + "/" + key;
    }

    @Override
    public Optional<StoredObject> find(String key) throws IOException {
        try {
            BlobProperties found = container.getBlobClient(key).getProperties();
            return Optional.of(new StoredObject(
                    key,
                    found.getBlobSize(),
                    found.getETag(),
                    found.getLastModified().toInstant()));
        } catch (BlobStorageException e) {
            if (BlobErrorCode.BLOB_NOT_FOUND.equals(e.getErrorCode())) {
                return Optional.empty();
            }
            throw failures.of(uriOf(key), e);
        } catch (RuntimeException e) {
            throw failures.of(uriOf(key), e);
        }
    }

    @Override
    public Page list(String prefix, Optional<String> from) throws IOException {
        try {
            PagedResponse<BlobItem> page = container
                    .listBlobs(new ListBlobsOptions().setPrefix(prefix), from.orElse(null), null)
                    .iterableByPage()
                    .iterator()
                    .next();
            List<StoredObject> objects =
                    page.getValue().stream().map(AzureBucket::stored).toList();
            return new Page(
                    objects, Optional.ofNullable(page.getContinuationToken()).filter(token -> !token.isEmpty()));
        } catch (RuntimeException e) {
            throw failures.of(uriOf(prefix), e);
        }
    }

    private static StoredObject stored(BlobItem item) {
        BlobItemProperties found = item.getProperties();
        return new StoredObject(
                item.getName(),
                found.getContentLength(),
                found.getETag(),
                found.getLastModified().toInstant());
    }

    @Override
    public InputStream read(StoredObject object, long offsetBytes, long lengthBytes) {
        return new BlobRangeStream(
                container.getBlobClient(object.key()),
                object.version(),
                offsetBytes,
                lengthBytes,
                failure -> failures.ofContent(uriOf(object.key()), failure));
    }

    @Override
    public void write(String key, byte[] content) throws IOException {
        try {
            container.getBlobClient(key).upload(BinaryData.fromBytes(content), true);
        } catch (RuntimeException e) {
            throw failures.of(uriOf(key), e);
        }
    }

    /** The transport ends by itself when nothing refers to it any more. */
    @Override
    public void close() {}
}
