package dev.slipway.context.gcs;

import com.google.auth.Credentials;
import com.google.auth.http.HttpTransportFactory;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.HttpStorageOptions;
import com.google.cloud.storage.StorageOptions;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.BucketName;
import dev.slipway.context.bucket.ObjectStore;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens buckets of Google Cloud Storage as the environment says. */
public final class GcsStore implements ObjectStore {
    private static final String EMULATOR = "STORAGE_EMULATOR_HOST";

    /** Nothing that is asked for belongs to a project; without one the library would ask for one's name. */
    private static final String NO_PROJECT = "slipway";

    @Override
    public List<String> forms() {
        return List.of("gs://bucket/object");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return uri.scheme().equals("gs");
    }

    @Override
    public Location open(ContextUri uri, Map<String, String> environment, NetworkSettings network)
            throws ContextException {
        BucketName name = BucketName.of(uri);
        Optional<String> emulator = emulator(environment);
        HttpTransportFactory transport = transport(uri, network);
        GcsCredentials credentials = GcsCredentials.of(environment, emulator.isPresent(), transport);
        return new Location(
                new GcsBucket(
                        name.bucket(),
                        options(uri, emulator, credentials, transport).getService(),
                        credentials),
                name.key());
    }

    private static HttpTransportFactory transport(ContextUri uri, NetworkSettings network) throws ContextException {
        try {
            return new GoogleTransport(network);
        } catch (IOException e) {
            throw new ContextException("%s: %s".formatted(uri.quoted(), e.getMessage()), e);
        }
    }

    private static StorageOptions options(
            ContextUri uri, Optional<String> emulator, GcsCredentials found, HttpTransportFactory transport)
            throws ContextException {
        Credentials credentials = found.credentials();
        HttpStorageOptions.Builder builder = StorageOptions.http()
                .setProjectId(NO_PROJECT)
                .setCredentials(credentials)
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setHttpTransportFactory(transport)
                        .build())
                .setRetrySettings(ServiceOptions.getNoRetrySettings());
        try {
            // Credentials of another cloud than the public one are good there only.
            builder.setUniverseDomain(credentials.getUniverseDomain());
        } catch (IOException e) {
            throw new ContextException(
                    "%s: it can't be told which cloud %s credentials are of: %s"
                            .formatted(uri.quoted(), found.kind(), e.getMessage()),
                    e);
        }
        emulator.ifPresent(builder::setHost);
        return builder.build();
    }

    private static Optional<String> emulator(Map<String, String> environment) throws ContextException {
        String value = environment.getOrDefault(EMULATOR, "");
        if (value.isEmpty()) {
            return Optional.empty();
        }
        String url = value.contains("://") ? value : "http://" + value;
        try {
            if (new URI(url).getHost() != null) {
                return Optional.of(url);
            }
        } catch (URISyntaxException e) {
            throw new ContextException("%s=%s: not a URL (%s)".formatted(EMULATOR, value, e.getReason()), e);
        }
        throw new ContextException("%s=%s: write HOST:PORT or a URL".formatted(EMULATOR, value));
    }
}
