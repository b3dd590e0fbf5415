package dev.slipway.context.git;

import dev.slipway.context.Connections;
import dev.slipway.context.Retries;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lets JGit reach servers as every resolver does: with our trust store and through our proxies. Remembers what the last
 * answer said of another attempt, which JGit keeps to itself.
 *
 * <p>For one thread.
 */
final class HttpTransportConnections implements HttpConnectionFactory {

    private static final List<String> MEDIA_TYPES =
            List.of("application/x-git-upload-pack-advertisement", "application/x-git-upload-pack-result");

    private final Connections connections;
    private final boolean verified;
    private final Logins logins;
    private int status;
    private Optional<Duration> wait = Optional.empty();

    HttpTransportConnections(Connections connections, boolean verified, Logins logins) {
        this.connections = connections;
        this.verified = verified;
        this.logins = logins;
    }

    /** The last request's status; 0 if none came. */
    int status() {
        return status;
    }

    /** How long the last answer wants us to wait. */
    Optional<Duration> askedFor() {
        return wait;
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        status = 0;
        wait = Optional.empty();
        return new Wrapped(connections.open(URI.create(url.toString()), verified));
    }

    private int answered(HttpURLConnection answer) throws IOException {
        status = answer.getResponseCode();
        if (status == HttpURLConnection.HTTP_OK && isCutInItsHead(answer)) {
            throw new IOException("the connection broke off amid the head of the answer");
        }
        wait = Optional.ofNullable(answer.getHeaderField("Retry-After"))
                .flatMap(header -> Retries.after(header, InstantSource.system()));
        return status;
    }

    /**
     * The JDK takes what came of a head for the whole of it. Then git's media type lacks, or its end, and JGit would
     * believe in a server that only has files, and none of these.
     */
    private static boolean isCutInItsHead(HttpURLConnection answer) {
        String type = answer.getContentType();
        if (type == null) {
            return answer.getRequestMethod().equals("POST")
                    || answer.getHeaderField("Content-Length") == null
                            && answer.getHeaderField("Transfer-Encoding") == null;
        }
        return MEDIA_TYPES.stream().anyMatch(whole -> whole.startsWith(type) && !whole.equals(type));
    }

    /** The proxy that JGit thinks of is the JVM's; ours is the environment's. */
    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        return create(url);
    }

    private final class Wrapped implements HttpConnection {
        private final HttpURLConnection http;

        Wrapped(HttpURLConnection http) {
            this.http = http;
        }

        @Override
        public int getResponseCode() throws IOException {
            return answered(http);
        }

        @Override
        public URL getURL() {
            return http.getURL();
        }

        @Override
        public String getResponseMessage() throws IOException {
            return http.getResponseMessage();
        }

        @Override
        public Map<String, List<String>> getHeaderFields() {
            return http.getHeaderFields();
        }

        @Override
        public void setRequestProperty(String key, @Nullable String value) {
            // JGit takes a login along to wherever it is redirected.
            if (!"Authorization".equalsIgnoreCase(key) || logins.areFor(http.getURL())) {
                http.setRequestProperty(key, value);
            }
        }

        @Override
        public void setRequestMethod(String method) throws ProtocolException {
            http.setRequestMethod(method);
        }

        @Override
        public void setUseCaches(boolean value) {
            http.setUseCaches(value);
        }

        @Override
        public void setConnectTimeout(int millis) {
            if (millis > 0) { // JGit's zero means no limit; ours stays
                http.setConnectTimeout(millis);
            }
        }

        @Override
        public void setReadTimeout(int millis) {
            if (millis > 0) {
                http.setReadTimeout(millis);
            }
        }

        @Override
        public @Nullable String getContentType() {
            return http.getContentType();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return http.getInputStream();
        }

        @Override
        public @Nullable String getHeaderField(String name) {
            return http.getHeaderField(name);
        }

        @Override
        public @Nullable List<String> getHeaderFields(String name) {
            return http.getHeaderFields().entrySet().stream()
                    .filter(field -> name.equalsIgnoreCase(field.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public int getContentLength() {
            return http.getContentLength();
        }

        @Override
        public void setInstanceFollowRedirects(boolean value) {
            http.setInstanceFollowRedirects(value);
        }

        @Override
        public void setDoOutput(boolean value) {
            http.setDoOutput(value);
        }

        @Override
        public void setFixedLengthStreamingMode(int length) {
            http.setFixedLengthStreamingMode(length);
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return http.getOutputStream();
        }

        @Override
        public void setChunkedStreamingMode(int length) {
            http.setChunkedStreamingMode(length);
        }

        @Override
        public String getRequestMethod() {
            return http.getRequestMethod();
        }

        @Override
        public boolean usingProxy() {
            return http.usingProxy();
        }

        @Override
        public void connect() throws IOException {
            http.connect();
        }

        /** JGit calls it to trust everybody after all; a failure, which it reports, is the answer to that. */
        @Override
        public void configure(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
                throws KeyManagementException {
            throw refusal();
        }

        @Override
        public void setHostnameVerifier(HostnameVerifier verifier) throws KeyManagementException {
            throw refusal();
        }

        private KeyManagementException refusal() {
            return new KeyManagementException("the certificate of %s is verified, unless --git insecure-skip-tls=true"
                    .formatted(http.getURL().getHost()));
        }
    }
}
