package dev.slipway.context.http;

import dev.slipway.context.Connections;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.Netrc;
import dev.slipway.context.ResumingDownload;
import dev.slipway.context.Retries;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;

/** A small file behind a URL that is read as a whole, by the rules of contexts: a Dockerfile. */
public final class HttpDocument {
    private HttpDocument() {}

    /**
     * Reads it.
     *
     * @param what how messages call it: the flag that named it
     * @param mostBytes a longer one is refused
     * @param environment where {@code .netrc} is found
     */
    public static byte[] read(
            String what, String url, int mostBytes, NetworkSettings network, Map<String, String> environment)
            throws ContextException, InterruptedException {
        String shown = ContextUri.parse(url).quoted();
        try {
            URI parsed = new URI(url);
            if (parsed.getHost() == null || parsed.getPath().length() < 2) {
                throw new ContextException("%s %s names no file: write https://HOST/PATH".formatted(what, shown));
            }
            HttpObject object = new HttpObject(
                    new Connections(network),
                    HttpResolver.withoutUser(parsed),
                    true,
                    HttpResolver.headers(parsed, Netrc.of(environment)));
            try (ResumingDownload download = ResumingDownload.start("the download", object, Retries.STANDARD)) {
                byte[] read = download.readNBytes(mostBytes + 1);
                if (read.length > mostBytes) {
                    throw new ContextException("%s %s: more than %d bytes came".formatted(what, shown, mostBytes));
                }
                return read;
            }
        } catch (URISyntaxException e) {
            // Not as the cause: its message holds the URL as it was written.
            throw new ContextException(
                    "%s %s is no URL (%s); percent-encode what a URL can't hold".formatted(what, shown, e.getReason()));
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("cancelled").initCause(e);
            }
            throw new ContextException("%s %s: %s".formatted(what, shown, e.getMessage()), e);
        }
    }
}
