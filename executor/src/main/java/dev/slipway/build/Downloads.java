package dev.slipway.build;

import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.image.Digest;
import dev.slipway.network.NetworkSettings;
import dev.slipway.progress.FailureClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
            fetched.put(key, interruptibly(() -> get(url, algorithm, key, wantedBy)));
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

    /** On a virtual thread, because an interrupt closes the socket that one waits for, and no platform thread's. */
    private static Download interruptibly(Callable<Download> get) throws BuildException, IOException {
        try (ExecutorService fetcher = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Download> download = fetcher.submit(get);
            try {
                return download.get();
            } catch (InterruptedException e) {
                download.cancel(true);
                Thread.currentThread().interrupt();
                InterruptedIOException interrupted = new InterruptedIOException("interrupted while a URL was fetched");
                interrupted.initCause(e);
                throw interrupted;
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case BuildException cause -> throw cause;
                    case IOException cause -> throw cause;
                    case null, default -> throw new IllegalStateException(e);
                }
            }
        }
    }

    private Download get(String url, Digest.Algorithm algorithm, String key, InstructionSource wantedBy)
            throws BuildException, IOException {
        Path file = Files.createTempFile(directory, "add", "");
        try {
            URI uri = new URI(url);
            HttpURLConnection connection = open(uri);
            for (int redirects = 0; isRedirect(connection); redirects++) {
                String location = connection.getHeaderField("Location");
                connection.disconnect();
                if (location == null || redirects == MOST_REDIRECTS) {
                    throw new IOException("redirected without end");
                }
                uri = uri.resolve(location);
                connection = open(uri);
            }
            int status = connection.getResponseCode();
            if (status < 200 || status > 299) {
                throw new IOException("the server answered %d %s".formatted(status, connection.getResponseMessage()));
            }
            MessageDigest hash = algorithm.newHash();
            long length = connection.getContentLengthLong();
            try (InputStream in = connection.getInputStream();
                    OutputStream out = new DigestOutputStream(Files.newOutputStream(file), hash)) {
                long got = in.transferTo(out);
                if (length >= 0 && got != length) {
                    throw new IOException("the connection ended after %d of %d bytes".formatted(got, length));
                }
            }
            digests.put(key, Digest.ofHash(algorithm, hash.digest()));
            long modified = connection.getLastModified();
            return new Download(
                    file,
                    fileName(new URI(url)),
                    modified == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(modified)));
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw Locations.failure(
                    FailureClass.DOCKERFILE, wantedBy, "ADD \"%s\": that is no URL".formatted(shown(url)), e);
        } catch (IOException e) {
            throw Locations.failure(
                    FailureClass.REGISTRY,
                    wantedBy,
                    "ADD \"%s\": can't fetch it: %s; is the URL right, and does a proxy stand in between?"
                            .formatted(shown(url), e.getMessage() == null ? e.toString() : e.getMessage()),
                    e);
        }
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
