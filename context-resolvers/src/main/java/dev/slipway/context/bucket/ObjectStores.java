package dev.slipway.context.bucket;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.Retries;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** All object stores of this executor: writes single objects by their URI. */
public final class ObjectStores {
    private final List<ObjectStore> stores;
    private final Retries retries;

    public ObjectStores(List<ObjectStore> stores, Retries retries) {
        this.stores = List.copyOf(stores);
        this.retries = retries;
    }

    /** Those on the class path. */
    public static ObjectStores installed() {
        return new ObjectStores(
                ServiceLoader.load(ObjectStore.class, ObjectStore.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList(),
                Retries.STANDARD);
    }

    /** Whether {@code text} names an object of one of these stores, and not a file. */
    public boolean accepts(String text) throws ContextException {
        return !text.isEmpty() && store(ContextUri.parse(text)).isPresent();
    }

    /**
     * Makes or replaces the object at {@code text}, trying again where that may help.
     *
     * @param environment the executor's own, for endpoints and credentials
     * @throws ContextException if it names no object
     * @throws IOException if it can't be written; the message names the object and what to do
     */
    public void put(String text, byte[] content, Map<String, String> environment, NetworkSettings network)
            throws ContextException, IOException {
        ContextUri uri = ContextUri.parse(text);
        ObjectStore store = store(uri)
                .orElseThrow(() -> new ContextException("%s is no object of a store".formatted(uri.quoted())));
        try (ObjectStore.Location location = store.open(uri, environment, network)) {
            if (location.key().isEmpty() || location.key().endsWith("/")) {
                throw new ContextException("%s names no object: write one of %s"
                        .formatted(uri.quoted(), String.join(", ", store.forms())));
            }
            Attempts.of(
                    () -> {
                        location.bucket().write(location.key(), content);
                        return content.length;
                    },
                    retries);
        }
    }

    private Optional<ObjectStore> store(ContextUri uri) {
        return stores.stream().filter(candidate -> candidate.accepts(uri)).findFirst();
    }
}
