package dev.slipway.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a server answered. Whoever holds it closes it; a body read to its end leaves the connection to the next request. */
interface HttpAnswer extends AutoCloseable {

    /** Where the answer came from, after redirects. */
    URI uri();

    int status();

    List<String> headers(String name);

    /** Empty for answers without a body. */
    InputStream body() throws IOException;

    @Override
    void close();

    default Optional<String> header(String name) {
        return headers(name).stream().findFirst();
    }

    /** What the server says about the length of the body, also in answer to HEAD. */
    default OptionalLong contentLength() {
        return header("Content-Length")
                .filter(text -> text.strip().matches("[0-9]{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text.strip())))
                .orElse(OptionalLong.empty());
    }

    /** The body, of which at most {@code largestBytes} are kept in memory. */
    default byte[] read(int largestBytes) throws IOException {
        try (InputStream in = body()) {
            return in.readNBytes(largestBytes);
        }
    }
}
