package dev.slipway.build;

import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.image.Digest;
import dev.slipway.network.InterruptibleStream;
import dev.slipway.network.NetworkSettings;
import dev.slipway.progress.FailureClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;

/**
 * Fetches what ADD names by URL (spec: ADD URL), each URL once per build. Redirects are followed; a checksum is
 * verified while the bytes come.
 */
final class Downloads {
    private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(60).toMillis();
    private static final int MOST_REDIRECTS = 10;
    private static final String UNNAMED = "__unnamed__";

    private final Path directory;
    private final NetworkSettings network;
    private final Map<String, Download> fetched = new HashMap<>();
    private final Map<String, Digest> digests = new HashMap<>();

    Downloads(Path directory, NetworkSettings network) {
        this.directory = directory;
        this.network = network;
    }

    synchronized Download fetch(String url, Optional<String> checksum, InstructionSource wantedBy)
            throws BuildException, IOException {
        Optional<Digest> expected = Optional.empty();
        if (checksum.isPresent()) {
            try {
                expected = Optional.of(Digest.parse(checksum.get()));
            } catch (IllegalArgumentException e) {
                throw Locations.failure(FailureClass.DOCKERFILE, wantedBy, "ADD --checksum: " + e.getMessage(), e);
            }
        }
        Digest.Algorithm algorithm = expected.map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
        String key = algorithm + " " + url;
        if (!fetched.containsKey(key)) {
            fetched.put(key, get(url, algorithm, key, wantedBy));
        }
        if (expected.isPresent() && !expected.get().equals(digests.get(key))) {
            throw Locations.failure(
                    FailureClass.BUILD,
                    wantedBy,
                    "ADD \"%s\" has the checksum %s, not %s; is it still the file that was meant?"
                            .formatted(shown(url), digests.get(key), expected.get()));
        }
        return fetched.get(key);
    }

    private Download get(String url, Digest.Algorithm algorithm, String key, InstructionSource wantedBy)
            throws BuildException, IOException {
        Path file = Files.createTempFile(directory, "add", "");
        try {
            URI uri = new URI(url);
            for (int redirects = 0; ; redirects++) {
                HttpURLConnection connection = open(uri);
                try (InputStream in = InterruptibleStream.open(() -> answer(connection))) {
                    if (!isRedirect(connection)) {
                        digests.put(key, save(connection, in, file, algorithm));
                        return new Download(file, fileName(new URI(url)), modified(connection));
                    }
                }
                String location = connection.getHeaderField("Location");
                if (location == null || redirects == MOST_REDIRECTS) {
                    throw new IOException("redirected without end");
                }
                uri = uri.resolve(location);
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw Locations.failure(
                    FailureClass.DOCKERFILE, wantedBy, "ADD \"%s\": that is no URL".formatted(shown(url)), e);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw Locations.failure(
                    FailureClass.REGISTRY,
                    wantedBy,
                    "ADD \"%s\": can't fetch it: %s; is the URL right, and does a proxy stand in between?"
                            .formatted(shown(url), e.getMessage() == null ? e.toString() : e.getMessage()),
                    e);
        }
    }

    /** Waits for the server; what is asked of the connection from then on is there. */
    private static InputStream answer(HttpURLConnection connection) throws IOException {
        return connection.getResponseCode() < 400 ? connection.getInputStream() : InputStream.nullInputStream();
    }

    private static Digest save(HttpURLConnection connection, InputStream in, Path file, Digest.Algorithm algorithm)
            throws IOException {
        int status = connection.getResponseCode();
        if (status < 200 || status > 299) {
            throw new IOException("the server answered %d %s".formatted(status, connection.getResponseMessage()));
        }
        MessageDigest hash = algorithm.newHash();
        long length = connection.getContentLengthLong();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), hash)) {
            long got = in.transferTo(out);
            if (length >= 0 && got != length) {
                throw new IOException("the connection ended after %d of %d bytes".formatted(got, length));
            }
        }
        return Digest.ofHash(algorithm, hash.digest());
    }

    private static Optional<Instant> modified(HttpURLConnection connection) {
        long modified = connection.getLastModified();
        return modified == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(modified));
    }

    private HttpURLConnection open(URI uri) throws IOException {
        boolean tls = "https".equals(uri.getScheme());
        if (uri.getHost() == null || !tls && !"http".equals(uri.getScheme())) {
            throw new IOException("\"%s\" is no http or https address".formatted(shown(uri.toString())));
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        Proxy proxy = network.proxies()
                .to(tls, uri.getHost(), port)
                .map(found ->
                        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(found.host(), found.port())))
                .orElse(Proxy.NO_PROXY);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(proxy);
        if (connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(network.trust().context().getSocketFactory());
        }
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setRequestProperty("User-Agent", "slipway");
        connection.setRequestProperty("Accept-Encoding", "identity");
        if (uri.getUserInfo() != null) {
            byte[] user = uri.getUserInfo().getBytes(StandardCharsets.UTF_8);
            connection.setRequestProperty(
                    "Authorization", "Basic " + Base64.getEncoder().encodeToString(user));
        }
        return connection;
    }

    private static boolean isRedirect(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static String fileName(URI uri) {
        String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("/+$", "");
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.isEmpty() || name.equals(".") || name.equals("..") ? UNNAMED : name;
    }

    /** The URL without what may be a password. */
    private static String shown(String url) {
        return url.replaceFirst("(?<=://)[^/@]*@", "");
    }
}
