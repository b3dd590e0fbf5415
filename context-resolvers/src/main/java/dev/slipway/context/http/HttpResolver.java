package dev.slipway.context.http;

import dev.slipway.context.BuildContext;
import dev.slipway.context.Connections;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolver;
import dev.slipway.context.ContextUri;
import dev.slipway.context.Netrc;
import dev.slipway.context.ResumingDownload;
import dev.slipway.context.Retries;
import dev.slipway.context.UnpackedArchive;
import dev.slipway.network.InterruptibleStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code https://host/path.tar.gz}: an archive behind a URL (contexts.md). */
public final class HttpResolver implements ContextResolver {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Retries retries;

    public HttpResolver() {
        this(Retries.STANDARD);
    }

    HttpResolver(Retries retries) {
        this.retries = retries;
    }

    @Override
    public List<String> forms() {
        return List.of("https://host/path.tar.gz", "http://host/path.tar.gz");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return uri.scheme().equals("https") || uri.scheme().equals("http");
    }

    @Override
    public BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException, InterruptedException {
        URI url = url(uri);
        try {
            HttpObject object = new HttpObject(
                    new Connections(options.network()),
                    withoutUser(url),
                    true,
                    headers(url, Netrc.of(options.environment())));
            // Whoever stops a build need not wait for a server that says nothing.
            InputStream archive = new BufferedInputStream(
                    InterruptibleStream.open(() -> ResumingDownload.start("the download", object, retries)),
                    BUFFER_BYTES);
            return UnpackedArchive.unpack(archive, uri.toString(), Optional.empty(), options);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("cancelled").initCause(e);
            }
            throw new ContextException("context %s: %s".formatted(uri.quoted(), e.getMessage()), e);
        }
    }

    private static URI url(ContextUri uri) throws ContextException {
        try {
            URI url = new URI(uri.text().replaceFirst("#.*", ""));
            if (url.getHost() == null || url.getPath().length() < 2) {
                throw new ContextException("context %s names no archive: write https://HOST/PATH.tar.gz, or for a git "
                                .formatted(uri.quoted())
                        + "repository https://HOST/PATH.git");
            }
            return url;
        } catch (URISyntaxException e) {
            // Not as the cause: its message holds the URL with all secrets in it.
            throw new ContextException("context %s is no URL (%s); percent-encode what a URL can't hold"
                    .formatted(uri.quoted(), e.getReason()));
        }
    }

    static URI withoutUser(URI url) {
        return URI.create(url.toString().replaceFirst("://[^/@]*@", "://"));
    }

    /** The URL's own user first, then what is stored for the host; as with curl, the file may know a user's password. */
    static Map<String, String> headers(URI url, Netrc netrc) {
        Optional<String> given = Optional.ofNullable(url.getRawUserInfo())
                .map(info -> URLDecoder.decode(info.replace("+", "%2B"), StandardCharsets.UTF_8));
        Optional<String> stored = netrc.login(url.getHost())
                .filter(login -> given.isEmpty() || given.get().equals(login.user()))
                .map(login -> login.user() + ":" + login.password());
        return given.filter(login -> login.contains(":"))
                .or(() -> stored)
                .or(() -> given.map(user -> user + ":"))
                .map(login -> Map.of(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8))))
                .orElse(Map.of());
    }
}
