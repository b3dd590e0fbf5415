package dev.slipway.context.http;

import dev.slipway.context.Connections;
import dev.slipway.context.ResumingDownload;
import dev.slipway.context.ResumingDownload.Checksum;
import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.ResumingDownload.Part;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.Retries;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;

/**
 * An object behind a URL, as {@link ResumingDownload} reads it: from any byte by {@code Range}, held to one version by
 * {@code If-Range} and a strong {@code ETag} (RFC 9110), with the checksum that the server sends.
 *
 * @param url without user and password
 * @param verified whether the server's certificate counts
 * @param headers sent with the request, though not to another host that a redirect leads to
 */
public record HttpObject(Connections connections, URI url, boolean verified, Map<String, String> headers)
        implements ResumingDownload.Source {

    private static final int MOST_REDIRECTS = 10;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\\*)");
    private static final Pattern DIGEST =
            Pattern.compile("(?i)(?:^|,)\\s*(sha-256|sha-512|md5)=:?([A-Za-z0-9+/]+={0,2}):?");

    public HttpObject {
        headers = Map.copyOf(headers);
    }

    @Override
    public Part open(long offsetBytes, Optional<String> version) throws IOException {
        URI at = url;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpURLConnection answer = ask(at, offsetBytes, version);
            switch (answer.getResponseCode()) {
                case 301, 302, 303, 307, 308 -> {
                    String location = answer.getHeaderField("Location");
                    discard(answer);
                    if (location == null) {
                        throw new Refused("the server redirects, but not where to");
                    }
                    at = next(at, location);
                }
                default -> {
                    return part(answer, offsetBytes);
                }
            }
        }
        throw new Refused("the server redirects more than %d times".formatted(MOST_REDIRECTS));
    }

    private HttpURLConnection ask(URI at, long offsetBytes, Optional<String> version) throws IOException {
        HttpURLConnection request = connections.open(at, verified);
        request.setRequestProperty("Accept", "*/*");
        request.setRequestProperty("Accept-Encoding", "identity");
        if (sameServer(at)) {
            headers.forEach(request::setRequestProperty);
        }
        if (offsetBytes > 0) {
            request.setRequestProperty("Range", "bytes=" + offsetBytes + "-");
            version.ifPresent(tag -> request.setRequestProperty("If-Range", tag));
        }
        try {
            request.connect();
            request.getResponseCode();
            return request;
        } catch (SSLHandshakeException e) {
            throw new Refused(
                    "TLS with %s:%d fails: %s; add its authority with --ca-dir or SSL_CERT_FILE"
                            .formatted(at.getHost(), Connections.port(at), e.getMessage()),
                    e);
        } catch (UnknownHostException e) {
            throw new IOException("the host \"%s\" is not known".formatted(at.getHost()), e);
        } catch (ConnectException e) {
            throw new IOException(
                    "no connection to %s:%d (%s)".formatted(at.getHost(), Connections.port(at), e.getMessage()), e);
        }
    }

    private boolean sameServer(URI at) {
        return at.getScheme().equalsIgnoreCase(url.getScheme())
                && at.getHost().equalsIgnoreCase(url.getHost())
                && Connections.port(at) == Connections.port(url);
    }

    private static URI next(URI from, String location) throws Refused {
        try {
            URI to = from.resolve(location);
            String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
            boolean downgrade = from.getScheme().equalsIgnoreCase("https") && scheme.equals("http");
            if (to.getHost() == null || downgrade || !scheme.equals("http") && !scheme.equals("https")) {
                throw new Refused("the server redirects from %s to %s"
                        .formatted(from.getScheme(), scheme.equals("null") ? "nowhere" : scheme));
            }
            return to;
        } catch (IllegalArgumentException e) {
            throw new Refused("the server redirects to what is no URL", e);
        }
    }

    private Part part(HttpURLConnection answer, long offsetBytes) throws IOException {
        int status = answer.getResponseCode();
        if (status == HttpURLConnection.HTTP_OK) {
            long length = answer.getContentLengthLong();
            return new Part(
                    answer.getInputStream(),
                    0,
                    length < 0 ? OptionalLong.empty() : OptionalLong.of(length),
                    strongTag(answer),
                    checksum(answer));
        }
        if (status == HttpURLConnection.HTTP_PARTIAL) {
            Matcher range = CONTENT_RANGE.matcher(Optional.ofNullable(answer.getHeaderField("Content-Range"))
                    .orElse("")
                    .strip());
            if (!range.matches()) {
                discard(answer);
                throw new Refused("the server answers a range without saying which");
            }
            return new Part(
                    answer.getInputStream(),
                    Long.parseLong(range.group(1)),
                    range.group(2).equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(range.group(2))),
                    strongTag(answer),
                    Optional.empty());
        }
        Optional<Duration> wait = Optional.ofNullable(answer.getHeaderField("Retry-After"))
                .flatMap(header -> Retries.after(header, InstantSource.system()));
        String said = "the server answered %d%s".formatted(status, reason(answer));
        discard(answer);
        if (Retries.isPassing(status)) {
            throw new Delayed(said, wait);
        }
        throw new Refused(said
                + switch (status) {
                    case 401, 403 ->
                        headers.containsKey("Authorization")
                                ? "; it does not take the user and password that it was told"
                                : "; give a user and password in the URL or in .netrc";
                    case 404, 410 -> "; is the URL right?";
                    case 416 ->
                        " to a request for the bytes from " + offsetBytes + "; was it replaced by a smaller one?";
                    default -> "";
                });
    }

    private static String reason(HttpURLConnection answer) throws IOException {
        String reason = answer.getResponseMessage();
        return reason == null || reason.isBlank() ? "" : " " + reason;
    }

    /** A weak tag holds for what means the same, which is not the same bytes. */
    private static Optional<String> strongTag(HttpURLConnection answer) {
        return Optional.ofNullable(answer.getHeaderField("ETag")).filter(tag -> tag.startsWith("\""));
    }

    private static Optional<Checksum> checksum(HttpURLConnection answer) {
        for (String name : new String[] {"Repr-Digest", "Content-Digest", "Digest"}) {
            Matcher digest = DIGEST.matcher(
                    Optional.ofNullable(answer.getHeaderField(name)).orElse(""));
            if (digest.find()) {
                String algorithm = digest.group(1).toUpperCase(Locale.ROOT);
                return decoded(algorithm, digest.group(2));
            }
        }
        return Optional.ofNullable(answer.getHeaderField("Content-MD5")).flatMap(text -> decoded("MD5", text.strip()));
    }

    private static Optional<Checksum> decoded(String algorithm, String base64) {
        try {
            return Optional.of(new Checksum(algorithm, Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty(); // what can't be read can't be compared; the archive's own checks remain
        }
    }

    private static void discard(HttpURLConnection answer) {
        try (InputStream body = answer.getErrorStream()) {
            if (body == null) {
                answer.disconnect();
            }
        } catch (IOException e) {
            answer.disconnect();
        }
    }
}
