package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.slipway.context.ResumingDownload.Checksum;
import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.ResumingDownload.Part;
import dev.slipway.context.ResumingDownload.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An object that is read over connections that break, by servers that change their mind. */
class ResumingDownloadTest {

    private final byte[] content = new byte[500];
    private final List<Duration> pauses = new ArrayList<>();
    private final Retries retries = new Retries(4, pauses::add);
    private final List<Long> offsets = new ArrayList<>();

    ResumingDownloadTest() {
        new Random(1).nextBytes(content);
    }

    @Test
    void aConnectionThatBreaksAtAnyByteIsResumedThere() throws IOException {
        for (int cut = 0; cut <= content.length; cut++) {
            offsets.clear();
            int length = cut;
            assertThat(read((offset, version) ->
                            part(content, offset, offsets.size() == 1 ? length : content.length, Optional.of("v1"))))
                    .isEqualTo(content);
            if (cut < content.length) {
                assertThat(offsets).containsExactly(0L, (long) cut);
            }
        }
    }

    @Test
    void aSilentEndBeforeTheAnnouncedSizeIsResumedToo() throws IOException {
        assertThat(read((offset, version) -> offset == 0
                        ? new Part(
                                new ByteArrayInputStream(content, 0, 77),
                                0,
                                OptionalLong.of(content.length),
                                Optional.of("v1"),
                                Optional.empty())
                        : part(content, offset, content.length, version)))
                .isEqualTo(content);
        assertThat(offsets).containsExactly(0L, 77L);
    }

    @Test
    void anObjectThatWasReplacedIsNeverMixed() {
        assertThatIOException()
                .isThrownBy(() -> read((offset, version) ->
                        part(content, offset, offset == 0 ? 100 : 500, Optional.of(offset == 0 ? "v1" : "v2"))))
                .isInstanceOf(Refused.class)
                .withMessageContaining("was replaced while it was being downloaded");
    }

    @Test
    void aServerThatCannotResumeIsReadAgainFromTheBeginning() throws IOException {
        assertThat(read((offset, version) -> part(content, 0, offset == 0 ? 100 : 500, Optional.of("v1"))))
                .isEqualTo(content);
    }

    @Test
    void withoutVersionsTheBytesThemselvesMustBeTheSame() throws IOException {
        assertThat(read((offset, version) -> part(content, offset, offsets.size() == 1 ? 100 : 500, Optional.empty())))
                .isEqualTo(content);
        assertThat(offsets).as("read from the beginning, to compare").containsExactly(0L, 0L);

        offsets.clear();
        byte[] other = content.clone();
        other[50] ^= 1;
        assertThatIOException()
                .isThrownBy(() -> read((offset, version) -> offsets.size() == 1
                        ? part(content, 0, 100, Optional.empty())
                        : part(other, 0, 500, Optional.empty())))
                .withMessageContaining("was replaced");
    }

    @Test
    void whatDoesNotMatchTheChecksumIsRefused() throws Exception {
        byte[] right = MessageDigest.getInstance("MD5").digest(content);
        byte[] wrong = right.clone();
        wrong[0] ^= 1;
        assertThat(read((offset, version) -> summed(right))).isEqualTo(content);
        assertThatIOException()
                .isThrownBy(() -> read((offset, version) -> summed(wrong)))
                .withMessageContaining("does not match the MD5 checksum");
    }

    @Test
    void theServersPauseIsKept() throws IOException {
        assertThat(read((offset, version) -> {
                    if (offsets.size() == 1) {
                        throw new Delayed("the server answered 503", Optional.of(Duration.ofSeconds(7)));
                    }
                    return part(content, offset, 500, Optional.of("v1"));
                }))
                .isEqualTo(content);
        assertThat(pauses).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void aFinalAnswerIsNotAskedForAgain() {
        assertThatIOException()
                .isThrownBy(() -> read((offset, version) -> {
                    throw new Refused("the server answered 404");
                }))
                .withMessage("the server answered 404");
        assertThat(offsets).hasSize(1);
    }

    @Test
    void whatNeverComesIsGivenUpWithTheReasonAndTheCount() {
        assertThatIOException()
                .isThrownBy(() -> read((offset, version) -> {
                    throw new IOException("Connection reset");
                }))
                .withMessage("object: Connection reset (4 attempts)");
        assertThat(offsets).hasSize(4);
    }

    private byte[] read(ResumingDownload.Source source) throws IOException {
        ResumingDownload.Source counted = (offset, version) -> {
            offsets.add(offset);
            return source.open(offset, version);
        };
        try (ResumingDownload download = ResumingDownload.start("object", counted, retries)) {
            return download.readAllBytes();
        }
    }

    private Part summed(byte[] md5) {
        return new Part(
                new ByteArrayInputStream(content),
                0,
                OptionalLong.empty(),
                Optional.of("v1"),
                Optional.of(new Checksum("MD5", md5)));
    }

    /** The object from {@code offset}, on a connection that is reset at {@code end}. */
    private static Part part(byte[] content, long offset, int end, Optional<String> version) {
        InputStream whole = new ByteArrayInputStream(Arrays.copyOfRange(content, (int) offset, end));
        InputStream body = end == content.length
                ? whole
                : new InputStream() {
                    @Override
                    public int read() throws IOException {
                        int next = whole.read();
                        if (next < 0) {
                            throw new IOException("Connection reset");
                        }
                        return next;
                    }
                };
        return new Part(body, offset, OptionalLong.of(content.length), version, Optional.empty());
    }
}
