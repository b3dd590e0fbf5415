package dev.slipway.context.azure;

import dev.slipway.context.Connections;
import dev.slipway.network.NetworkSettings;
import dev.slipway.network.Proxies;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The library's connections, made by the rules that hold for all contexts: certificates, proxies, time limits. */
final class AzureConnections {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private AzureConnections() {}

    static HttpClient.Builder to(URI server, NetworkSettings network) throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .sslContext(network.trust().context())
                .proxy(new Routes(network.proxies()));
        Optional<Proxies.Proxy> proxy = proxy(server, network.proxies());
        if (proxy.filter(Proxies.Proxy::secure).isPresent()) {
            throw new IOException("the proxy %s:%d is spoken to by TLS, which contexts can't; name it by http://"
                    .formatted(proxy.get().host(), proxy.get().port()));
        }
        proxy.flatMap(Proxies.Proxy::login).map(ProxyLogin::new).ifPresent(builder::authenticator);
        return builder;
    }

    private static Optional<Proxies.Proxy> proxy(URI server, Proxies proxies) {
        return proxies.to("https".equals(server.getScheme()), server.getHost(), Connections.port(server));
    }

    private static final class Routes extends ProxySelector {
        private final Proxies proxies;

        Routes(Proxies proxies) {
            this.proxies = proxies;
        }

        @Override
        public List<Proxy> select(URI server) {
            return List.of(proxy(server, proxies)
                    .map(found ->
                            new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(found.host(), found.port())))
                    .orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI server, SocketAddress proxy, IOException failure) {
            // The request fails with the same exception, and says so.
        }
    }

    /** Answers proxies; a server that asks gets what the request brought, or nothing. */
    private static final class ProxyLogin extends Authenticator {
        private final Proxies.Login login;

        ProxyLogin(Proxies.Login login) {
            this.login = login;
        }

        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return getRequestorType() == RequestorType.PROXY
                    ? new PasswordAuthentication(login.user(), login.password().toCharArray())
                    : null;
        }
    }
}
