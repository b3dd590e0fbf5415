package dev.slipway.registry;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Sends the one request that turns a cloud's identity into a registry's credential: our TLS, our proxies, our words. */
public final class TokenExchange {
    private static final int LARGEST_BYTES = 1024 * 1024;

    private final RegistryOptions options;

    public TokenExchange(RegistryOptions options) {
        this.options = options;
    }

    /**
     * Posts and gives the answer's text.
     *
     * @param what is tried, in words for errors
     * @throws RegistryException for any other status than 200
     */
    public String post(String what, URI uri, Map<String, String> headers, String body) throws IOException {
        HttpCall call = HttpCall.of(Direction.PULL, "POST", uri)
                .withBody(HttpCall.Body.of(body.getBytes(StandardCharsets.UTF_8)));
        for (Map.Entry<String, String> header : headers.entrySet()) {
            call = call.withHeader(header.getKey(), header.getValue());
        }
        try (HttpTransport transport = new HttpTransport(options);
                HttpAnswer answer = transport.send(call)) {
            if (answer.status() != 200) {
                throw Failures.answered(what, answer, Optional.empty());
            }
            return new String(answer.read(LARGEST_BYTES), StandardCharsets.UTF_8);
        } catch (RegistryException e) {
            throw e;
        } catch (IOException e) {
            throw Failures.unanswered(what, uri, e);
        }
    }
}
