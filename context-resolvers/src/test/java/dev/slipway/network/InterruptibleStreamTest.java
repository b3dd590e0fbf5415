package dev.slipway.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InterruptibleStreamTest {
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    @Test
    void handsOnWhatComes() throws IOException {
        try (InputStream stream = InterruptibleStream.open(() -> answer("bytes"))) {
            assertThat(stream.read()).isEqualTo('b');
            assertThat(stream.readAllBytes()).asString(UTF_8).isEqualTo("ytes");
            assertThat(stream.read()).isNegative();
        }
        assertThat(closed.getCount()).isZero();
    }

    @Test
    void failsAsTheServerDoes() throws IOException {
        assertThatThrownBy(() -> InterruptibleStream.open(() -> {
                    throw new IOException("refused");
                }))
                .hasMessage("refused");
        assertThatThrownBy(() -> InterruptibleStream.open(() -> {
                    throw new StackOverflowError("deep");
                }))
                .isInstanceOf(StackOverflowError.class);
        try (InputStream stream = InterruptibleStream.open(() -> new FilterInputStream(answer("")) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                throw new IOException("reset");
            }
        })) {
            assertThatThrownBy(stream::read).hasMessage("reset");
        }
    }

    @Test
    void letsAnInterruptedReaderGoAtOnceAndClosesOnceTheServerLetsGo() throws Exception {
        try (InputStream stream = InterruptibleStream.open(() -> new FilterInputStream(answer("late")) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                awaitServer();
                return super.read(into, offset, length);
            }
        })) {
            assertInterrupted(() -> stream.read(new byte[4]));
            stream.close();
            assertThat(closed.getCount()).isOne();
            letGo.countDown();
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closesAnAnswerThatComesAfterAnInterrupt() throws Exception {
        assertInterrupted(() -> InterruptibleStream.open(() -> {
            awaitServer();
            return answer("late");
        }));
        letGo.countDown();
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** The interrupt is pending when the wait begins, which ends it as one during the wait does. */
    private static void assertInterrupted(Callable<?> waiting) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(waiting::call).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    private void awaitServer() {
        try {
            letGo.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private InputStream answer(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8)) {
            @Override
            public void close() {
                closed.countDown();
            }
        };
    }
}
