package dev.slipway.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One request as it goes over the wire. */
record HttpCall(Direction direction, String method, URI uri, Map<String, String> headers, Optional<Body> body) {

    /** A body of known length: chunked transfer encoding is refused by several registries' proxies. */
    record Body(long sizeBytes, Content content) {

        static Body of(byte[] bytes) {
            return new Body(bytes.length, () -> new ByteArrayInputStream(bytes));
        }
    }

    /** Opens a body's bytes. */
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;
    }

    HttpCall {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    static HttpCall of(Direction direction, String method, URI uri) {
        return new HttpCall(direction, method, uri, Map.of(), Optional.empty());
    }

    HttpCall withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpCall(direction, method, uri, more, body);
    }

    HttpCall withoutHeader(String name) {
        Map<String, String> fewer = new LinkedHashMap<>(headers);
        fewer.remove(name);
        return new HttpCall(direction, method, uri, fewer, body);
    }

    HttpCall withBody(Body other) {
        return new HttpCall(direction, method, uri, headers, Optional.of(other));
    }

    HttpCall to(URI other) {
        return new HttpCall(direction, method, other, headers, body);
    }
}
