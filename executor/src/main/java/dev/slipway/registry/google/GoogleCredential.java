package dev.slipway.registry.google;

import dev.slipway.network.NetworkSettings;
import dev.slipway.registry.Credential;
import dev.slipway.registry.Secret;
import dev.slipway.registry.VendorCredentials;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Google's Container Registry and Artifact Registry: an access token of the application default credentials (a key
 * file, workload identity federation, gcloud's own login, or the metadata server) is the password.
 */
public final class GoogleCredential implements VendorCredentials {
    private final Map<String, String> environment;
    private final NetworkSettings network;

    public GoogleCredential(Map<String, String> environment, NetworkSettings network) {
        this.environment = Map.copyOf(environment);
        this.network = network;
    }

    @Override
    public String name() {
        return "google";
    }

    @Override
    public boolean serves(String registry) {
        return registry.equals("gcr.io")
                || registry.matches("[a-z0-9-]+(\\.[a-z0-9-]+)*\\.gcr\\.io")
                || registry.matches("([a-z0-9-]+-)?docker\\.pkg\\.dev");
    }

    @Override
    public Optional<Credential.Found> find(String registry) throws IOException {
        return new GoogleIdentity(environment, network)
                .accessToken()
                .map(token -> new Credential.Found(
                        new Credential.Password("oauth2accesstoken", new Secret(token.value())),
                        "Google, as " + token.source()));
    }
}
