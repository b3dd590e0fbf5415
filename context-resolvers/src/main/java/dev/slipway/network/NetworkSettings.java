package dev.slipway.network;

import java.io.IOException;
import java.util.Map;

/**
 * How other machines are reached, whatever is fetched from them.
 *
 * @param trust whose certificates are believed
 * @param proxies which way a connection takes
 */
public record NetworkSettings(TrustStore trust, Proxies proxies) {

    /** Directly, believing whom the run-time believes. */
    public static NetworkSettings direct() {
        return new NetworkSettings(TrustStore.ofTheRunTime(), Proxies.NONE);
    }

    /**
     * What the environment alone says ({@code SSL_CERT_FILE}, {@code HTTPS_PROXY} and their sisters).
     *
     * @throws IllegalArgumentException for a proxy that is no URL
     */
    public static NetworkSettings of(Map<String, String> environment) throws IOException {
        return new NetworkSettings(TrustStore.of(environment), Proxies.of(environment));
    }
}
