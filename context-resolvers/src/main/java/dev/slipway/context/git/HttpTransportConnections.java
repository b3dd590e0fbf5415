package dev.slipway.context.git;

import dev.slipway.context.Connections;
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
import java.util.List;
import java.util.Map;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/** Lets JGit reach servers as every resolver does: with our trust store and through our proxies. */
record HttpTransportConnections(Connections connections, boolean verified) implements HttpConnectionFactory {

    @Override
    public HttpConnection create(URL url) throws IOException {
        return new Wrapped(connections.open(URI.create(url.toString()), verified));
    }

    /** The proxy that JGit thinks of is the JVM's; ours is the environment's. */
    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        return create(url);
    }

    private record Wrapped(HttpURLConnection http) implements HttpConnection {

        @Override
        public int getResponseCode() throws IOException {
            return http.getResponseCode();
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
            http.setRequestProperty(key, value);
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
