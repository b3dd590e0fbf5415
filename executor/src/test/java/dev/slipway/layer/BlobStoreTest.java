package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.Digest;
import dev.slipway.posix.Directory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
    private static final byte[] CONTENT = "some bytes".getBytes(UTF_8);
    private static final Digest DIGEST = Digest.of(CONTENT);

    @TempDir
    private Path temporary;

    private Directory root;
    private BlobStore store;

    @BeforeEach
    void open() throws IOException {
        root = Directory.open(temporary);
        store = BlobStore.open(root);
    }

    @AfterEach
    void close() {
        store.close();
        root.close();
    }

    private Path file(Digest digest) {
        return temporary.resolve(BlobStore.path(digest).toString());
    }

    @Test
    void keepsWhatWasPut() throws IOException {
        try (Blob put = store.put(DIGEST, CONTENT.length, new ByteArrayInputStream(CONTENT))) {
            assertThat(put.openStream().readAllBytes()).isEqualTo(CONTENT);
            assertThat(put.openStream(5).readAllBytes()).asString(UTF_8).isEqualTo("bytes");
        }

        assertThat(file(DIGEST)).hasBinaryContent(CONTENT);
        assertThat(temporary.resolve("ingest")).isEmptyDirectory();
        assertThat(temporary.resolve("version")).hasContent("1");
    }

    @Test
    void refusesWhatIsNotItsDigest() throws IOException {
        assertThatThrownBy(
                        () -> store.put(DIGEST, CONTENT.length, new ByteArrayInputStream("some Bytes".getBytes(UTF_8))))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("is not what its digest says");
        assertThatThrownBy(() -> store.put(DIGEST, CONTENT.length, new ByteArrayInputStream(new byte[3])))
                .hasMessageContaining("should have 10 bytes, but 3 came");

        assertThat(store.find(DIGEST)).isEmpty();
        assertThat(temporary.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void takesTheWordOfAStreamThatChecksItselfButNotItsLength() throws IOException {
        byte[] large = new byte[700_000]; // larger than what is gathered before it is written
        new Random(1).nextBytes(large);
        Digest digest = Digest.of(large);
        try (Blob put = store.putVerified(digest, large.length, new ByteArrayInputStream(large))) {
            assertThat(put.openStream().readAllBytes()).isEqualTo(large);
        }
        assertThat(file(digest)).hasBinaryContent(large);
        assertThatThrownBy(() -> store.putVerified(DIGEST, CONTENT.length, new ByteArrayInputStream(new byte[3])))
                .hasMessageContaining("should have 10 bytes, but 3 came");
        assertThat(store.find(DIGEST)).isEmpty();
        assertThat(temporary.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void aBlobThatWasCutShortIsAMissAndIsReplaced() throws IOException {
        store.put(DIGEST, CONTENT.length, new ByteArrayInputStream(CONTENT)).close();
        Files.write(file(DIGEST), new byte[4]);

        assertThat(store.find(DIGEST, CONTENT.length)).isEmpty();
        store.put(DIGEST, CONTENT.length, new ByteArrayInputStream(CONTENT)).close();

        assertThat(file(DIGEST)).hasBinaryContent(CONTENT);
    }

    @Test
    void namesBlobsBySha512WhereOthersDo() throws Exception {
        Digest digest = Digest.ofHash(
                Digest.Algorithm.SHA512, MessageDigest.getInstance("SHA-512").digest(CONTENT));

        store.put(digest, CONTENT.length, new ByteArrayInputStream(CONTENT)).close();

        assertThat(temporary.resolve("blobs/sha512/" + digest.hex())).hasBinaryContent(CONTENT);
    }

    @Test
    void whatSomebodyReadsIsNotPruned() throws IOException {
        try (Blob held = store.put(DIGEST, CONTENT.length, new ByteArrayInputStream(CONTENT))) {
            assertThat(store.prune(DIGEST)).isFalse();
            assertThat(held.openStream().readAllBytes()).isEqualTo(CONTENT);
        }

        assertThat(store.prune(DIGEST)).isTrue();
        assertThat(store.find(DIGEST)).isEmpty();
        assertThat(store.prune(DIGEST)).isFalse();
    }

    @Test
    void clearsWhatAKilledExecutorLeftButNothingThatIsBeingWritten() throws IOException {
        Files.write(temporary.resolve("ingest/left-behind"), CONTENT);
        try (Ingest writing = store.ingest()) {
            writing.write(CONTENT);

            assertThat(store.clearAbandoned()).isEqualTo(1);
            writing.commit().close();
        }

        assertThat(file(DIGEST)).hasBinaryContent(CONTENT);
    }

    @Test
    void twoWritersOfOneBlobDoNotDisturbEachOther() throws IOException {
        try (Ingest first = store.ingest();
                Ingest second = store.ingest()) {
            first.write(CONTENT);
            second.write(CONTENT);
            try (Blob one = first.commit();
                    Blob two = second.commit()) {
                assertThat(one.digest()).isEqualTo(two.digest());
            }
        }

        assertThat(temporary.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void refusesAStoreOfANewerLayout() throws IOException {
        Files.writeString(temporary.resolve("version"), "7\n");

        assertThatThrownBy(() -> BlobStore.open(root))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("has layout \"7\"");
    }
}
