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
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** All object stores of this executor: writes single objects by their URI. */
public final class ObjectStores {
    private final Iterable<ObjectStore> stores;
    private final Retries retries;

    private ObjectStores(Iterable<ObjectStore> stores, Retries retries) {
        this.stores = stores;
        this.retries = retries;
    }

    /** Those on the class path, looked for as far as a URI needs. */
    public static ObjectStores installed() {
        return new ObjectStores(
                ServiceLoader.load(ObjectStore.class, ObjectStore.class.getClassLoader()), Retries.STANDARD);
    }

    /** The spellings that all stores take, for messages. */
    public List<String> forms() {
        return stream().flatMap(store -> store.forms().stream()).toList();
    }

    /** Whether {@code uri} names an object of one of these stores; decided by the text alone. */
    public boolean accepts(ContextUri uri) {
        return store(uri).isPresent();
    }

    /**
     * An object to be written later. Nothing is sent yet, but credentials that are in files are read, which a build that
     * replaces its own root may not leave there.
     *
     * @param environment the executor's own, for endpoints and credentials
     * @throws ContextException if it names no object, or a setting can't be right
     */
    public Target open(ContextUri uri, Map<String, String> environment, NetworkSettings network)
            throws ContextException {
        ObjectStore store = store(uri)
                .orElseThrow(() -> new ContextException(
                        "%s is no object: write one of %s".formatted(uri.quoted(), String.join(", ", forms()))));
        ObjectStore.Location location = store.open(uri, environment, network);
        if (location.key().isEmpty() || location.key().endsWith("/")) {
            location.close();
            throw new ContextException(
                    "%s names no object: write %s".formatted(uri.quoted(), String.join(", ", store.forms())));
        }
        return new Target(location, retries);
    }

    /** The place of one object. */
    public static final class Target implements AutoCloseable {
        private final ObjectStore.Location location;
        private final Retries retries;

        private Target(ObjectStore.Location location, Retries retries) {
            this.location = location;
            this.retries = retries;
        }

        /**
         * Makes or replaces the object, trying again where that may help.
         *
         * @throws IOException if it can't be written; the message names the object and what to do
         */
        public void put(byte[] content) throws IOException {
            Attempts.of(
                    () -> {
                        location.bucket().write(location.key(), content);
                        return content.length;
                    },
                    retries);
        }

        @Override
        public void close() {
            location.close();
        }
    }

    private Stream<ObjectStore> stream() {
        return StreamSupport.stream(stores.spliterator(), false);
    }

    private Optional<ObjectStore> store(ContextUri uri) {
        return stream().filter(candidate -> candidate.accepts(uri)).findFirst();
    }
}
