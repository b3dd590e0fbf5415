package dev.slipway.registry.google;

import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import dev.slipway.network.NetworkSettings;
import dev.slipway.registry.MetadataServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The only class here that needs Google's library: who we are to Google. */
final class GoogleIdentity {
    private static final List<String> SCOPES = List.of("https://www.googleapis.com/auth/cloud-platform");
    private static final String KEY_FILE = "GOOGLE_APPLICATION_CREDENTIALS";
    private static final String METADATA_HOST = "GCE_METADATA_HOST";

    private final Map<String, String> environment;
    private final NetworkSettings network;
    private final MetadataServer metadata;

    GoogleIdentity(Map<String, String> environment, NetworkSettings network) {
        this.environment = environment;
        this.network = network;
        this.metadata = new MetadataServer();
    }

    /**
     * A token.
     *
     * @param source whose it is, in words
     */
    record Token(String value, String source) {}

    /** None where nothing on this machine says who we are. */
    Optional<Token> accessToken() throws IOException {
        NetHttpTransport transport = new NetHttpTransport.Builder()
                .setConnectionFactory(this::open)
                .setSslSocketFactory(network.trust().context().getSocketFactory())
                .build();
        HttpTransportFactory factory = () -> transport;
        String file = environment.getOrDefault(KEY_FILE, "");
        if (!file.isBlank()) {
            return Optional.of(ofFile(KEY_FILE, Path.of(file), factory));
        }
        Path login = login();
        if (Files.isRegularFile(login)) {
            return Optional.of(ofFile("the login of gcloud", login, factory));
        }
        String server = environment.getOrDefault(METADATA_HOST, "");
        if (!metadata.answers(server.isBlank() ? MetadataServer.USUAL : server)) {
            return Optional.empty();
        }
        GoogleCredentials credentials;
        try {
            credentials = GoogleCredentials.getApplicationDefault(factory);
        } catch (IOException e) {
            return Optional.empty(); // there is a metadata server, but it is another cloud's
        }
        return Optional.of(new Token(token(credentials), "the application default credentials"));
    }

    private static Token ofFile(String source, Path file, HttpTransportFactory factory) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new Token(token(GoogleCredentials.fromStream(in, factory)), source);
        } catch (IOException e) {
            throw new IOException("%s \"%s\": %s".formatted(source, file, e.getMessage()), e);
        }
    }

    /** Where gcloud's {@code auth application-default login} puts what it has got. */
    private Path login() {
        String configured = environment.getOrDefault("CLOUDSDK_CONFIG", "");
        Path directory = configured.isBlank()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")), ".config/gcloud")
                : Path.of(configured);
        return directory.resolve("application_default_credentials.json");
    }

    private static String token(GoogleCredentials credentials) throws IOException {
        GoogleCredentials scoped = credentials.createScopedRequired() ? credentials.createScoped(SCOPES) : credentials;
        scoped.refreshIfExpired();
        AccessToken token = scoped.getAccessToken();
        if (token == null) {
            throw new IOException("Google's credentials gave no access token");
        }
        return token.getTokenValue();
    }

    private HttpURLConnection open(URL url) throws IOException {
        boolean tls = url.getProtocol().equals("https");
        int port = url.getPort() >= 0 ? url.getPort() : url.getDefaultPort();
        Proxy proxy = network.proxies()
                .to(tls, url.getHost(), port)
                .map(found ->
                        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(found.host(), found.port())))
                .orElse(Proxy.NO_PROXY);
        return (HttpURLConnection) url.openConnection(proxy);
    }
}
