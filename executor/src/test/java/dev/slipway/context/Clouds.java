package dev.slipway.context;

import dev.slipway.context.azure.AzureStore;
import dev.slipway.context.bucket.ObjectStore;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.context.gcs.GcsStore;
import dev.slipway.context.s3.S3Store;
import dev.slipway.fixture.cloud.AzureServer;
import dev.slipway.fixture.cloud.GcsServer;
import dev.slipway.fixture.cloud.S3Server;
import dev.slipway.network.NetworkSettings;
import java.util.HashMap;
import java.util.Map;

/** A server of each object store, for what must hold of them all. */
final class Clouds implements AutoCloseable {

    /** The object stores. */
    enum Store {
        S3,
        GCS,
        AZURE
    }

    private static final String BUCKET = "sources";

    private final S3Server s3;
    private final AzureServer azure;
    private final GcsServer gcs = GcsServer.start();

    private Clouds(S3Server s3, AzureServer azure) {
        this.s3 = s3;
        this.azure = azure;
    }

    static Clouds start() {
        AzureServer azure = AzureServer.start();
        try {
            azure.createContainer(BUCKET);
            return new Clouds(S3Server.start(BUCKET), azure);
        } catch (RuntimeException e) {
            azure.close();
            throw e;
        }
    }

    String uri(Store store, String key) {
        return switch (store) {
            case S3 -> "s3://" + BUCKET + "/" + key;
            case GCS -> "gs://" + GcsServer.PUBLIC_BUCKET + "/" + key;
            case AZURE -> "https://" + AzureServer.ACCOUNT + ".blob.core.windows.net/" + BUCKET + "/" + key;
        };
    }

    String host(Store store) {
        return switch (store) {
            case S3 -> s3.host();
            case GCS -> gcs.host();
            case AZURE -> azure.host();
        };
    }

    Map<String, String> environment(Store store) {
        return environment(store, host(store));
    }

    /** With another server in front of it. */
    Map<String, String> environment(Store store, String host) {
        Map<String, String> environment = new HashMap<>(
                switch (store) {
                    case S3 -> s3.environment();
                    case GCS -> Map.<String, String>of();
                    case AZURE -> azure.environment();
                });
        switch (store) {
            case S3 -> environment.put("S3_ENDPOINT", "http://" + host);
            case GCS -> environment.put("STORAGE_EMULATOR_HOST", host);
            case AZURE -> environment.put("AZURE_STORAGE_BLOB_ENDPOINT", "http://" + host + "/" + AzureServer.ACCOUNT);
        }
        return environment;
    }

    /** Makes or replaces an object. */
    void put(Store store, String key, byte[] content) throws Exception {
        try (ObjectStores.Target target = ObjectStores.installed()
                .open(ContextUri.parse(uri(store, key)), environment(store), NetworkSettings.direct())) {
            target.put(content);
        }
    }

    /** An object's place, reached as {@code environment} says; to be closed. */
    ObjectStore.Location open(Store store, String key, Map<String, String> environment) throws ContextException {
        ObjectStore kind = switch (store) {
            case S3 -> new S3Store();
            case GCS -> new GcsStore();
            case AZURE -> new AzureStore();
        };
        return kind.open(ContextUri.parse(uri(store, key)), environment, NetworkSettings.direct());
    }

    @Override
    public void close() {
        gcs.close();
        s3.close();
        azure.close();
    }
}
