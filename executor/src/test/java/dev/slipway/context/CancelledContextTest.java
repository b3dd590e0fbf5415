package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A build that is stopped while its context comes: it ends at once, and nothing of the context stays. */
class CancelledContextTest {
    private static final long SOON_SECONDS = 20;

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("cancelled");

    private final Path scratch = directory.path().resolve("build/context");
    private final CountDownLatch sent = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    @Test
    void anArchiveThatStallsIsLetGo() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, tar -> tar.file("first", 0644, "1").file("second", 0644, new byte[100_000]));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, archive.size());
                exchange.getResponseBody().write(Arrays.copyOf(archive.toByteArray(), 50_000));
                exchange.getResponseBody().flush();
                sent.countDown();
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        try {
            String uri = "http://127.0.0.1:" + server.getAddress().getPort() + "/src.tar";
            FutureTask<BuildContext> build = new FutureTask<>(
                    () -> ContextResolvers.installed().resolve(uri, Optional.empty(), ContextOptions.in(scratch)));
            Thread thread = Thread.ofPlatform().daemon().start(build);
            assertThat(sent.await(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
            thread.interrupt();
            assertThatThrownBy(() -> build.get(SOON_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(scratch).doesNotExist();
        } finally {
            ended.countDown();
            server.stop(0);
        }
    }
}
