package dev.slipway.registry.acr;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.CredentialUnavailableException;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import dev.slipway.network.NetworkSettings;
import dev.slipway.network.Proxies;
import dev.slipway.registry.MetadataServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The only class here that needs Azure's library: who we are to Microsoft Entra ID. */
final class AzureIdentity {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** Where Microsoft Entra ID is; another place vouches for itself (Azure Stack, a network without a way out). */
    private static final Set<String> PUBLISHED = Set.of(
            "login.microsoftonline.com",
            "login.chinacloudapi.cn",
            "login.partner.microsoftonline.cn",
            "login.microsoftonline.us");

    /** Each leads to a managed identity of another kind than a virtual machine's, which has the metadata server. */
    private static final List<String> OTHER_KINDS = List.of("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "IMDS_ENDPOINT");

    private final Map<String, String> environment;
    private final NetworkSettings network;
    private final MetadataServer metadata;

    AzureIdentity(Map<String, String> environment, NetworkSettings network) {
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

    private record Known(String source, TokenCredential credential, boolean named) {}

    /** None where nothing on this machine says who we are. */
    Optional<Token> token(AcrHost host) throws IOException {
        Optional<Known> found = credential(host);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Known known = found.get();
        try {
            AccessToken token = known.credential().getTokenSync(new TokenRequestContext().addScopes(host.scope()));
            return Optional.of(new Token(token.getToken(), known.source()));
        } catch (CredentialUnavailableException e) {
            if (!known.named()) {
                return Optional.empty();
            }
            throw failed(known, e);
        } catch (ClientAuthenticationException | IllegalArgumentException | IllegalStateException e) {
            throw failed(known, e);
        }
    }

    private static IOException failed(Known known, RuntimeException e) {
        return new IOException(
                "Azure refuses %s: %s"
                        .formatted(
                                known.source(),
                                String.valueOf(e.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse("")),
                e);
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
    }

    private Optional<Known> credential(AcrHost host) throws IOException {
        HttpClient http = http();
        String authority = variable("AZURE_AUTHORITY_HOST").orElse(host.authority());
        boolean own = isOwn(authority);
        Optional<String> client = variable("AZURE_CLIENT_ID");
        Optional<String> tenant = variable("AZURE_TENANT_ID");
        if (client.isPresent() && tenant.isPresent()) {
            Optional<String> secret = variable("AZURE_CLIENT_SECRET");
            if (secret.isPresent()) {
                ClientSecretCredentialBuilder builder = new ClientSecretCredentialBuilder()
                        .httpClient(http)
                        .authorityHost(authority)
                        .tenantId(tenant.get())
                        .clientId(client.get())
                        .clientSecret(secret.get());
                return Optional.of(new Known(
                        "AZURE_CLIENT_ID with its secret",
                        (own ? builder.disableInstanceDiscovery() : builder).build(),
                        true));
            }
            Optional<String> certificate = variable("AZURE_CLIENT_CERTIFICATE_PATH");
            if (certificate.isPresent()) {
                ClientCertificateCredentialBuilder builder = new ClientCertificateCredentialBuilder()
                        .httpClient(http)
                        .authorityHost(authority)
                        .tenantId(tenant.get())
                        .clientId(client.get())
                        .pemCertificate(certificate.get());
                return Optional.of(new Known(
                        "AZURE_CLIENT_ID with its certificate",
                        (own ? builder.disableInstanceDiscovery() : builder).build(),
                        true));
            }
            Optional<String> federated = variable("AZURE_FEDERATED_TOKEN_FILE");
            if (federated.isPresent()) {
                WorkloadIdentityCredentialBuilder builder = new WorkloadIdentityCredentialBuilder()
                        .httpClient(http)
                        .authorityHost(authority)
                        .tenantId(tenant.get())
                        .clientId(client.get())
                        .tokenFilePath(federated.get());
                return Optional.of(new Known(
                        "the workload identity of AZURE_CLIENT_ID",
                        (own ? builder.disableInstanceDiscovery() : builder).build(),
                        true));
            }
        }
        if (OTHER_KINDS.stream().allMatch(name -> variable(name).isEmpty())) {
            String server = variable("AZURE_POD_IDENTITY_AUTHORITY_HOST").orElse(MetadataServer.USUAL);
            if (!metadata.answers(server)) {
                if (client.isPresent()) {
                    throw new IOException(
                            "AZURE_CLIENT_ID is set without a secret, a certificate or a federated token, and no metadata server answers at %s within %d s"
                                    .formatted(server, MetadataServer.LIMIT.toSeconds()));
                }
                return Optional.empty();
            }
        }
        ManagedIdentityCredentialBuilder managed = new ManagedIdentityCredentialBuilder().httpClient(http);
        client.ifPresent(managed::clientId);
        return Optional.of(new Known("the managed identity", managed.build(), client.isPresent()));
    }

    /** Whether an authority isn't one that Microsoft publishes, and would be unknown to those that are. */
    private static boolean isOwn(String authority) {
        try {
            return !PUBLISHED.contains(String.valueOf(URI.create(authority).getHost()));
        } catch (IllegalArgumentException e) {
            return false; // the library says what is wrong with it
        }
    }

    private HttpClient http() throws IOException {
        return new JdkHttpClientBuilder(java.net.http.HttpClient.newBuilder()
                        .connectTimeout(CONNECT)
                        .sslContext(network.trust().context())
                        .proxy(new OurProxies(network.proxies())))
                .build();
    }

    /** Our rules for proxies, as the JDK wants to hear them. */
    private static final class OurProxies extends ProxySelector {
        private final Proxies proxies;

        OurProxies(Proxies proxies) {
            this.proxies = proxies;
        }

        @Override
        public List<Proxy> select(URI uri) {
            boolean tls = "https".equals(uri.getScheme());
            int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
            return List.of(proxies.to(tls, uri.getHost(), port)
                    .map(found -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(found.host(), found.port())))
                    .orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {
            // whoever asked gets the failure, too
        }
    }
}
