package dev.slipway.context.s3;

import dev.slipway.context.Connections;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** The SDK's connections, made by the rules that hold for all contexts: certificates, proxies, time limits. */
final class S3Connections {
    private final Connections connections;

    S3Connections(NetworkSettings network) {
        this.connections = new Connections(network);
    }

    HttpURLConnection open(URI server) {
        try {
            return connections.open(server, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
