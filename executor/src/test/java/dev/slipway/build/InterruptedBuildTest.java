package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A signal interrupts the build's thread (docs/exit-codes.md): servers that say nothing more don't hold it up. */
@Timeout(60)
class InterruptedBuildTest {
    private static final int SOON_SECONDS = 10;

    @TempDir
    private Path directory;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(answers);
        server.start();
    }

    @AfterEach
    void stop() {
        ended.countDown();
        server.stop(0);
        answers.close();
    }

    private String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    /** Sends the first byte, and then nothing. */
    private void stall(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content, 0, 1);
        exchange.getResponseBody().flush();
        asked.countDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    private void interruptOnceAsked(String dockerfile) throws Exception {
        PlainBuild build = PlainBuild.start(directory, dockerfile);
        assertThat(asked.await(SOON_SECONDS * 2, TimeUnit.SECONDS)).isTrue();
        build.thread().interrupt();
        assertThatThrownBy(() -> build.result().get(SOON_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        build.thread().join();
        assertThat(directory.resolve("store/ingest")).isEmptyDirectory();
    }

    @Test
    void anAddWaitsNoLongerForItsServer() throws Exception {
        server.createContext("/file", exchange -> stall(exchange, new byte[100]));
        interruptOnceAsked("FROM scratch\nADD http://%s/file /file\n".formatted(host()));
    }

    @Test
    void aPullWaitsNoLongerForALayer() throws Exception {
        Image image = BaseImages.busybox(directory.resolve("base"));
        server.createContext("/v2/", exchange -> answer(exchange, new byte[0]));
        server.createContext("/v2/base/manifests/", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", image.mediaType());
            exchange.getResponseHeaders().add("Docker-Content-Digest", image.digest());
            answer(exchange, image.manifest());
        });
        server.createContext("/v2/base/blobs/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            String digest = path.substring(path.lastIndexOf('/') + 1);
            byte[] content = Files.readAllBytes(image.blob(digest));
            if (image.layerDigests().contains(digest)) {
                stall(exchange, content);
            } else {
                answer(exchange, content);
            }
        });
        interruptOnceAsked("FROM %s/base:1\nRUN true\n".formatted(host()));
    }
}
