package dev.slipway.context.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpTransportFactory;
import dev.slipway.context.Connections;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import javax.net.ssl.SSLSocketFactory;

/** The libraries' connections, made by the rules that hold for all contexts: certificates, proxies, time limits. */
final class GoogleTransport implements HttpTransportFactory {
    private final Connections connections;
    private final SSLSocketFactory sockets;

    GoogleTransport(NetworkSettings network) throws IOException {
        this.connections = new Connections(network);
        this.sockets = network.trust().context().getSocketFactory();
    }

    @Override
    public HttpTransport create() {
        // The transport puts a socket factory of its own over the connection's, unless it is given one.
        return new NetHttpTransport.Builder()
                .setConnectionFactory(this::open)
                .setSslSocketFactory(sockets)
                .build();
    }

    private HttpURLConnection open(URL url) throws IOException {
        try {
            return connections.open(url.toURI(), true);
        } catch (URISyntaxException e) {
            throw new IOException("\"%s\" is no URL: %s".formatted(url, e.getReason()), e);
        }
    }
}
