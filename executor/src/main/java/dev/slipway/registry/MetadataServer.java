package dev.slipway.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether a cloud's metadata server is within reach. Asked before a vendor's library asks it for an identity: outside of
 * its cloud the address often leads nowhere, and the libraries wait and repeat there for half a minute.
 */
public final class MetadataServer {
    /** Where Amazon, Google and Microsoft all have theirs. */
    public static final String USUAL = "http://169.254.169.254";

    /** How long it may take to say anything at all; one that is there answers within milliseconds. */
    public static final Duration LIMIT = Duration.ofSeconds(2);

    private final Duration limit;

    /** Waits for an answer as long as {@link #LIMIT}. */
    public MetadataServer() {
        this(LIMIT);
    }

    MetadataServer(Duration limit) {
        this.limit = limit;
    }

    /**
     * Whether something answers there in time, whatever it says.
     *
     * @param url such as {@link #USUAL}; a bare host is one, too
     * @throws IOException if it is no URL
     */
    public boolean answers(String url) throws IOException {
        URI server = parse(url);
        FutureTask<Boolean> question = new FutureTask<>(() -> speaks(server));
        // A name may take long to resolve, and that can't be interrupted: whoever hangs must not keep us.
        Thread.ofPlatform().daemon().name("metadata-server").start(question);
        try {
            return question.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return false; // nowhere, nobody, or silence: all of them mean that there is none for us
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static URI parse(String url) throws IOException {
        try {
            URI uri = new URI(url.contains("://") ? url : "http://" + url);
            if (uri.getHost() != null && uri.getPort() <= 0xffff) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IOException("%s is no URL of a metadata server".formatted(url), e);
        }
        throw new IOException("%s is no URL of a metadata server".formatted(url));
    }

    private boolean speaks(URI uri) throws IOException {
        if ("https".equals(uri.getScheme())) {
            return true; // no metadata server, but somebody's own stand-in, who is known to be there
        }
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(host, uri.getPort() < 0 ? 80 : uri.getPort()),
                    Math.toIntExact(limit.toMillis()));
            socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: %s\r\nMetadata: true\r\nConnection: close\r\n\r\n"
                            .formatted(uri.getAuthority().toLowerCase(Locale.ROOT))
                            .getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() >= 0;
        }
    }
}
