package dev.slipway.context;

import dev.slipway.network.NetworkSettings;
import dev.slipway.network.Proxies;
import dev.slipway.network.TrustEverybody;
import java.io.IOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * HTTP connections to the servers that hold contexts, by the same rules for every resolver: whom to trust, through which
 * proxy, how long to wait.
 */
public record Connections(NetworkSettings network) {

    private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(60).toMillis();

    /**
     * A connection that isn't opened yet. Redirects are not followed: where one leads decides which credential may go
     * along.
     *
     * @param verified false only where the user said so ({@code --git insecure-skip-tls=true})
     * @throws IOException if a certificate file can't be read
     */
    public HttpURLConnection open(URI server, boolean verified) throws IOException {
        boolean tls = "https".equalsIgnoreCase(server.getScheme());
        Optional<Proxies.Proxy> proxy = network.proxies().to(tls, bare(server), port(server));
        HttpURLConnection connection = (HttpURLConnection)
                server.toURL().openConnection(proxy.isPresent() ? way(proxy.get()) : Proxy.NO_PROXY);
        if (connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(verified ? network.trust().context().getSocketFactory() : trustingEverybody());
            if (!verified) {
                secure.setHostnameVerifier((host, session) -> true);
            }
        }
        Optional<Proxies.Login> login = proxy.flatMap(Proxies.Proxy::login);
        if (login.isPresent()) {
            connection.setAuthenticator(new ProxyLogin(login.get()));
            if (!tls) {
                // Asked for the login amid a body that streams, a connection could not begin again. Of a tunnel
                // only the proxy sees the request, and the JDK answers it by itself.
                connection.setRequestProperty("Proxy-Authorization", login.get().basic());
            }
        }
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setUseCaches(false);
        connection.setRequestProperty("User-Agent", "slipway");
        return connection;
    }

    private static String bare(URI server) {
        return server.getHost().replaceFirst("^\\[", "").replaceFirst("]$", "");
    }

    private static Proxy way(Proxies.Proxy proxy) throws IOException {
        if (proxy.secure()) {
            throw new IOException("the proxy %s:%d is spoken to by TLS, which contexts can't; name it by http://"
                    .formatted(proxy.host(), proxy.port()));
        }
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port()));
    }

    /** The port that a URL means. */
    public static int port(URI server) {
        return server.getPort() >= 0
                ? server.getPort()
                : String.valueOf(server.getScheme()).toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
    }

    private static SSLSocketFactory trustingEverybody() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[0], new TrustManager[] {new TrustEverybody()}, new SecureRandom());
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS is not to be had: " + e.getMessage(), e);
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
