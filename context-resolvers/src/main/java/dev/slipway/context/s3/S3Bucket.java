package dev.slipway.context.s3;

import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.bucket.Bucket;
import dev.slipway.context.bucket.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of S3. An object's version is its ETag. */
final class S3Bucket implements Bucket {
    private final String name;
    private final S3Client client;
    private final S3Credentials credentials;
    private final S3Failures failures;

    S3Bucket(String name, S3Client client, S3Credentials credentials) {
        this.name = name;
        this.client = client;
        this.credentials = credentials;
        this.failures = new S3Failures(name, credentials);
    }

    @Override
    public String uriOf(String key) {
        return "s3://" + name + "/" + key;
    }

    @Override
    public Optional<StoredObject> find(String key) throws IOException {
        try {
            HeadObjectResponse found =
                    client.headObject(request -> request.bucket(name).key(key));
            return Optional.of(new StoredObject(
                    key,
                    whole(key, "Content-Length", found.contentLength()),
                    version(key, found.eTag()),
                    modified(found.lastModified())));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failures.of(uriOf(key), e);
        }
    }

    @Override
    public Page list(String prefix, Optional<String> from) throws IOException {
        try {
            ListObjectsV2Response page = client.listObjectsV2(
                    request -> request.bucket(name).prefix(prefix).continuationToken(from.orElse(null)));
            List<StoredObject> objects = new ArrayList<>();
            for (S3Object found : page.contents()) {
                if (found.eTag() == null || found.eTag().isEmpty()) {
                    throw withoutTag(found.key());
                }
                objects.add(new StoredObject(found.key(), found.size(), found.eTag(), modified(found.lastModified())));
            }
            return new Page(objects, Optional.ofNullable(page.nextContinuationToken()));
        } catch (SdkException e) {
            throw failures.of(uriOf(prefix), e);
        }
    }

    private String version(String key, @Nullable String etag) throws IOException {
        String version = whole(key, "ETag", etag);
        if (version.isEmpty()) {
            throw withoutTag(key);
        }
        if (version.startsWith("\"") && (version.length() == 1 || !version.endsWith("\""))) {
            throw cut(key, "ETag");
        }
        return version;
    }

    private Refused withoutTag(String key) {
        return new Refused(
                "%s: the store gives it no ETag, so that two versions of it could get mixed".formatted(uriOf(key)));
    }

    /** A header that every store sends. */
    private <T> T whole(String key, String header, @Nullable T value) throws IOException {
        if (value == null) {
            throw cut(key, header);
        }
        return value;
    }

    /** The client library takes headers for complete when the connection is closed amid them. */
    private IOException cut(String key, String header) {
        return new IOException(
                "%s: an answer came without its %s: the connection ended in the middle of it, or the store doesn't send one"
                        .formatted(uriOf(key), header));
    }

    private static Instant modified(@Nullable Instant time) {
        return time == null ? Instant.EPOCH : time;
    }

    @Override
    public InputStream read(StoredObject object, long offsetBytes, long lengthBytes) throws IOException {
        try {
            ResponseInputStream<GetObjectResponse> content = client.getObject(request -> request.bucket(name)
                    .key(object.key())
                    .ifMatch(object.version())
                    .range("bytes=%d-%d".formatted(offsetBytes, offsetBytes + lengthBytes - 1)));
            GetObjectResponse answer = content.response();
            try {
                check(answer, object, lengthBytes);
            } catch (IOException e) {
                content.abort();
                throw e;
            }
            return content;
        } catch (NoSuchKeyException e) {
            throw new Refused("%s was removed while it was being downloaded".formatted(uriOf(object.key())), e);
        } catch (SdkException e) {
            throw S3Failures.isPreconditionFailed(e) ? replaced(object, e) : failures.of(uriOf(object.key()), e);
        }
    }

    private void check(GetObjectResponse answer, StoredObject object, long lengthBytes) throws IOException {
        if (!object.version().equals(version(object.key(), answer.eTag()))) {
            throw replaced(object, null);
        }
        if (whole(object.key(), "Content-Length", answer.contentLength()) != lengthBytes) {
            throw new Refused("%s: the store sends %s bytes where %d were asked for: it does not honour ranges"
                    .formatted(uriOf(object.key()), answer.contentLength(), lengthBytes));
        }
        String range = answer.contentRange();
        if (range != null && !range.endsWith("*") && !range.endsWith("/" + object.sizeBytes())) {
            throw replaced(object, null);
        }
    }

    private Refused replaced(StoredObject object, @Nullable Throwable cause) {
        Refused replaced = new Refused(
                "%s was replaced while it was being downloaded: start the build again".formatted(uriOf(object.key())));
        if (cause != null) {
            replaced.initCause(cause);
        }
        return replaced;
    }

    @Override
    public void write(String key, byte[] content) throws IOException {
        try {
            client.putObject(request -> request.bucket(name).key(key), RequestBody.fromBytes(content));
        } catch (SdkException e) {
            throw failures.of(uriOf(key), e);
        }
    }

    @Override
    public void close() {
        client.close();
        credentials.close();
    }
}
