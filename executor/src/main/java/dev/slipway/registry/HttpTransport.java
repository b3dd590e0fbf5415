package dev.slipway.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.auth.AuthSchemeFactory;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.StandardAuthScheme;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.cookie.CookieSpecFactory;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.auth.BasicSchemeFactory;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.routing.HttpRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The one class that knows the HTTP library: plain requests over pooled connections, with our TLS, our proxies, and
 * none of the library's redirects, retries, cookies or decompression, which the protocol wants otherwise.
 */
final class HttpTransport implements AutoCloseable {
    private static final Timeout CONNECT = Timeout.ofSeconds(30);
    private static final Timeout SILENCE = Timeout.ofSeconds(60);
    /** A registry may move a finished upload to its object store before it answers. */
    private static final Timeout SILENCE_AFTER_UPLOAD = Timeout.ofMinutes(10);

    private static final int CONNECTIONS_PER_HOST = 32;
    private static final int CONNECTIONS = 256;
    private static final int COPIED_BYTES = 256 * 1024;

    private final RegistryOptions options;
    private final TlsContexts tls;
    private final Map<Direction, CloseableHttpClient> clients = new EnumMap<>(Direction.class);

    HttpTransport(RegistryOptions options) {
        this.options = options;
        this.tls = new TlsContexts(options);
    }

    /** Sends one request and gives the answer, whatever its status. */
    HttpAnswer send(HttpCall call) throws IOException {
        HttpUriRequestBase request = new HttpUriRequestBase(call.method(), call.uri());
        call.headers().forEach(request::setHeader);
        call.body().ifPresent(body -> request.setEntity(new FixedLength(body)));
        request.setConfig(RequestConfig.custom()
                .setResponseTimeout(call.body().isPresent() ? SILENCE_AFTER_UPLOAD : SILENCE)
                .setConnectionRequestTimeout(SILENCE_AFTER_UPLOAD)
                .setRedirectsEnabled(false)
                .setProtocolUpgradeEnabled(false)
                .setExpectContinueEnabled(false)
                .build());
        try {
            return new Answer(call.uri(), client(call.direction()).executeOpen(null, request, null));
        } catch (CancellationException e) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while sending a request");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** Clients differ by direction, so that no connection made without verification serves where it is wanted. */
    private synchronized CloseableHttpClient client(Direction direction) {
        return clients.computeIfAbsent(direction, this::newClient);
    }

    private CloseableHttpClient newClient(Direction direction) {
        BasicCredentialsProvider proxyCredentials = new BasicCredentialsProvider();
        options.network()
                .proxies()
                .all()
                .forEach(proxy -> proxy.login()
                        .ifPresent(login -> proxyCredentials.setCredentials(
                                new AuthScope(proxy.host(), proxy.port()),
                                new UsernamePasswordCredentials(
                                        login.user(), login.password().toCharArray()))));
        return HttpClients.custom()
                .setUserAgent(options.userAgent())
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnPerRoute(CONNECTIONS_PER_HOST)
                        .setMaxConnTotal(CONNECTIONS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(CONNECT)
                                .setSocketTimeout(SILENCE)
                                .build())
                        .setTlsSocketStrategy((socket, host, port, attachment, context) ->
                                strategy(direction, host, port).upgrade(socket, host, port, attachment, context))
                        .build())
                .setRoutePlanner(routes())
                .setDefaultCredentialsProvider(proxyCredentials)
                .setDefaultAuthSchemeRegistry(RegistryBuilder.<AuthSchemeFactory>create()
                        .register(StandardAuthScheme.BASIC, BasicSchemeFactory.INSTANCE)
                        .build())
                .setDefaultCookieSpecRegistry(
                        RegistryBuilder.<CookieSpecFactory>create().build())
                .disableCookieManagement()
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableContentCompression()
                .build();
    }

    private DefaultClientTlsStrategy strategy(Direction direction, String host, int port) throws IOException {
        boolean verified = tls.verifies(direction, host, port);
        return new DefaultClientTlsStrategy(
                tls.context(verified, host, port),
                verified ? HostnameVerificationPolicy.BUILTIN : HostnameVerificationPolicy.CLIENT,
                NoopHostnameVerifier.INSTANCE);
    }

    private HttpRoutePlanner routes() {
        return new DefaultRoutePlanner(DefaultSchemePortResolver.INSTANCE) {
            @Override
            protected @Nullable HttpHost determineProxy(HttpHost target, HttpContext context) throws HttpException {
                boolean secure = target.getSchemeName().equalsIgnoreCase("https");
                int port = target.getPort() >= 0 ? target.getPort() : secure ? 443 : 80;
                return options.network()
                        .proxies()
                        .to(secure, target.getHostName(), port)
                        .map(proxy -> new HttpHost(proxy.secure() ? "https" : "http", proxy.host(), proxy.port()))
                        .orElse(null);
            }

            @Override
            public String toString() {
                return HttpRoute.class.getSimpleName() + " by the environment's proxies";
            }
        };
    }

    @Override
    public synchronized void close() {
        for (CloseableHttpClient client : clients.values()) {
            client.close(CloseMode.IMMEDIATE);
        }
    }

    /** A body whose length is said in front, and whose source may be opened once per attempt. */
    private static final class FixedLength extends AbstractHttpEntity {
        private final HttpCall.Body body;

        FixedLength(HttpCall.Body body) {
            super((String) null, null, false);
            this.body = body;
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }

        @Override
        public long getContentLength() {
            return body.sizeBytes();
        }

        @Override
        public InputStream getContent() throws IOException {
            return body.content().open();
        }

        @Override
        public boolean isStreaming() {
            return false;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            byte[] buffer = new byte[Math.clamp(body.sizeBytes(), 1, COPIED_BYTES)];
            try (InputStream in = openSource()) {
                long left = body.sizeBytes();
                while (left > 0) {
                    int count = readSource(in, buffer, (int) Math.min(left, buffer.length));
                    if (count < 0) {
                        throw new SourceException(new IOException(
                                "the source ended %d bytes early, of %d".formatted(left, body.sizeBytes())));
                    }
                    out.write(buffer, 0, count);
                    left -= count;
                }
            }
        }

        private InputStream openSource() throws SourceException {
            try {
                return body.content().open();
            } catch (IOException e) {
                throw new SourceException(e);
            }
        }

        private static int readSource(InputStream in, byte[] buffer, int length) throws SourceException {
            try {
                return in.read(buffer, 0, length);
            } catch (IOException e) {
                throw new SourceException(e);
            }
        }

        @Override
        public void close() {}
    }

    /** The bytes to send could not be read: not the registry's fault, and nothing that another attempt would heal. */
    static final class SourceException extends IOException {
        private static final long serialVersionUID = 1;

        SourceException(IOException cause) {
            super(cause.getMessage(), cause);
        }

        IOException original() {
            return getCause() instanceof IOException original ? original : this;
        }
    }

    private record Answer(URI uri, ClassicHttpResponse response) implements HttpAnswer {
        private static final int DRAINED_BYTES = 64 * 1024;

        @Override
        public int status() {
            return response.getCode();
        }

        @Override
        public List<String> headers(String name) {
            return Arrays.stream(response.getHeaders(name))
                    .map(Header::getValue)
                    .toList();
        }

        @Override
        public InputStream body() throws IOException {
            Optional<HttpEntity> entity = Optional.ofNullable(response.getEntity());
            return entity.isPresent() ? entity.get().getContent() : InputStream.nullInputStream();
        }

        @Override
        public void close() {
            try (response) {
                // A short rest is read so that the connection serves the next request; a long one isn't worth it.
                Optional<HttpEntity> entity = Optional.ofNullable(response.getEntity());
                if (entity.isPresent()
                        && entity.get().getContentLength() >= 0
                        && entity.get().getContentLength() <= DRAINED_BYTES) {
                    entity.get().getContent().readNBytes(DRAINED_BYTES);
                }
            } catch (IOException e) {
                response.setEntity(null); // a connection that breaks while it is given back just isn't used again
            }
        }
    }
}
