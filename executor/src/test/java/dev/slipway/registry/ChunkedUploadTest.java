package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.image.Descriptor;
import dev.slipway.image.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A real registry behind a proxy that takes no body of more than a megabyte, as nginx does when it is told nothing. */
class ChunkedUploadTest {
    private static final int LARGEST_BODY = 1 << 20;

    @AutoClose
    private final DockerRegistry registry = DockerRegistry.start();

    private final TestClients clients = new TestClients();

    /** Passes on what is small enough, and notes it. */
    private final class SmallBodies implements AutoCloseable {
        private final List<String> passed = new CopyOnWriteArrayList<>();
        private final List<String> refused = new CopyOnWriteArrayList<>();
        private final HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final int largest;

        SmallBodies(int largest) throws IOException {
            this.largest = largest;
            server.createContext("/", this::handle);
            server.setExecutor(threads);
            server.start();
        }

        String host() {
            return "127.0.0.1:" + server.getAddress().getPort();
        }

        private void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                String line = exchange.getRequestMethod() + " " + body.length;
                if (body.length > largest) {
                    refused.add(line);
                    exchange.sendResponseHeaders(413, -1);
                    return;
                }
                passed.add(line);
                HttpResponse<byte[]> answer = ask(exchange, body);
                answer.headers().map().forEach((name, values) -> {
                    if (!name.equalsIgnoreCase("content-length")) {
                        exchange.getResponseHeaders().put(name, values);
                    }
                });
                boolean empty = answer.body().length == 0;
                if (exchange.getRequestMethod().equals("HEAD")) {
                    answer.headers()
                            .firstValue("content-length")
                            .ifPresent(length -> exchange.getResponseHeaders().set("Content-Length", length));
                }
                exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : answer.body().length);
                if (!empty) {
                    exchange.getResponseBody().write(answer.body());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private HttpResponse<byte[]> ask(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(registry.url()).resolve(exchange.getRequestURI()))
                    .header("X-Forwarded-Host", host())
                    .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
            for (String name : List.of("Accept", "Content-Type", "Content-Range")) {
                Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
                        .ifPresent(value -> request.header(name, value));
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
            client.close();
        }
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private RegistryClient.Pushed push(RegistryClient client, SmallBodies front, byte[] blob) throws IOException {
        return client.pushBlob(
                ImageReference.parse(front.host() + "/small/app:1"),
                Descriptor.of(MediaTypes.OCI_LAYER, blob),
                offset -> new ByteArrayInputStream(blob, (int) offset, blob.length - (int) offset),
                Optional.empty());
    }

    @Test
    void sendsALargeBlobInPiecesThatPass() throws IOException {
        byte[] blob = noise(3_500_001);
        try (SmallBodies front = new SmallBodies(LARGEST_BODY);
                RegistryClient client = clients.client()) {
            assertThat(push(client, front, blob)).isEqualTo(RegistryClient.Pushed.UPLOADED);
            assertThat(front.refused).as("halved until it fits").containsExactly("PUT 3500001", "PATCH 1750000");
            assertThat(front.passed)
                    .containsSubsequence("PATCH 875000", "PATCH 875000", "PATCH 875000", "PATCH 875000", "PUT 1");
            assertThat(push(client, front, blob)).isEqualTo(RegistryClient.Pushed.EXISTED);
        }
        try (RegistryClient client = clients.client();
                InputStream in = client.openBlob(
                        ImageReference.parse(registry.reference("small/app")),
                        Descriptor.of(MediaTypes.OCI_LAYER, blob))) {
            assertThat(in.readAllBytes()).isEqualTo(blob);
        }
    }

    @Test
    void saysSoWhereNoPieceIsSmallEnough() throws IOException {
        try (SmallBodies front = new SmallBodies(1000);
                RegistryClient client = clients.client()) {
            assertThatThrownBy(() -> push(client, front, noise(3_000_000)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("answered 413 Content Too Large");
        }
    }
}
