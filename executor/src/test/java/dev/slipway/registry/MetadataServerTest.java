package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataServerTest {
    private static String url(ServerSocket socket) {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    @Test
    void answersWhateverItSays() throws IOException {
        try (ScriptedRegistry server = new ScriptedRegistry()) {
            server.on("GET /", request -> ScriptedRegistry.Reply.of(401));
            assertThat(new MetadataServer().answers(server.url())).isTrue();
            assertThat(new MetadataServer().answers(server.host())).isTrue();
        }
    }

    @Test
    void doesNotWaitForOneThatKeepsSilent() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long start = System.nanoTime();
            assertThat(new MetadataServer(Duration.ofMillis(200)).answers(url(silent)))
                    .isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void isNotThereWhereNobodyListens() throws IOException {
        String url;
        try (ServerSocket gone = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            url = url(gone);
        }
        assertThat(new MetadataServer().answers(url)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "http://a b", "metadata:port", "http://metadata:99999"})
    void whatIsNoUrlIsNamed(String url) {
        assertThatThrownBy(() -> new MetadataServer().answers(url))
                .isInstanceOf(IOException.class)
                .hasMessage(url + " is no URL of a metadata server");
    }
}
