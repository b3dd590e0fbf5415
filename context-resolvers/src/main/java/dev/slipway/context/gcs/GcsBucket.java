package dev.slipway.context.gcs;

import com.google.cloud.BaseServiceException;
import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import dev.slipway.context.bucket.Bucket;
import dev.slipway.context.bucket.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A bucket of Google Cloud Storage. An object's version is its generation. */
final class GcsBucket implements Bucket {
    private static final long PAGE_OBJECTS = 1000;

    private final String name;
    private final Storage storage;
    private final GcsFailures failures;

    GcsBucket(String name, Storage storage, GcsCredentials credentials) {
        this.name = name;
        this.storage = storage;
        this.failures = new GcsFailures(name, credentials);
    }

    @Override
    public String uriOf(String key) {
        return "gs://" + name + "/" + key;
    }

    @Override
    public Optional<StoredObject> find(String key) throws IOException {
        try {
            return Optional.ofNullable(storage.get(BlobId.of(name, key))).map(GcsBucket::stored);
        } catch (BaseServiceException e) {
            throw failures.of(uriOf(key), e);
        }
    }

    private static StoredObject stored(Blob blob) {
        return new StoredObject(
                blob.getName(),
                blob.getSize(),
                Long.toString(blob.getGeneration()),
                Optional.ofNullable(blob.getUpdateTimeOffsetDateTime())
                        .map(OffsetDateTime::toInstant)
                        .orElse(Instant.EPOCH));
    }

    @Override
    public Page list(String prefix, Optional<String> from) throws IOException {
        List<BlobListOption> options = new ArrayList<>();
        options.add(BlobListOption.prefix(prefix));
        options.add(BlobListOption.pageSize(PAGE_OBJECTS));
        from.map(BlobListOption::pageToken).ifPresent(options::add);
        try {
            com.google.api.gax.paging.Page<Blob> page = storage.list(name, options.toArray(BlobListOption[]::new));
            List<StoredObject> objects = new ArrayList<>();
            page.getValues().forEach(blob -> objects.add(stored(blob)));
            return new Page(
                    objects, Optional.ofNullable(page.getNextPageToken()).filter(token -> !token.isEmpty()));
        } catch (BaseServiceException e) {
            throw failures.of(uriOf(prefix), e);
        }
    }

    @Override
    public InputStream read(StoredObject object, long offsetBytes, long lengthBytes) throws IOException {
        long generation = Long.parseLong(object.version());
        // Raw: an object that is stored with Content-Encoding gzip would be unpacked by the server, and has no ranges
        // then.
        ReadChannel channel = storage.reader(
                BlobId.of(name, object.key(), generation),
                BlobSourceOption.generationMatch(generation),
                BlobSourceOption.shouldReturnRawInputStream(true));
        channel.setChunkSize(0);
        channel.seek(offsetBytes);
        channel.limit(offsetBytes + lengthBytes);
        return new GcsContent(Channels.newInputStream(channel), uriOf(object.key()), failures);
    }

    @Override
    public void write(String key, byte[] content) throws IOException {
        try {
            storage.create(BlobInfo.newBuilder(name, key).build(), content);
        } catch (BaseServiceException e) {
            throw failures.of(uriOf(key), e);
        }
    }

    @Override
    public void close() {
        try {
            storage.close();
        } catch (Exception e) {
            throw new IllegalStateException("the connection to gs://" + name + " can't be closed", e);
        }
    }
}
