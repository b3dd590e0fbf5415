package dev.slipway.context.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.archive.ArchiveLimits;
import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.Retries;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are anything; what they become below the context's directory is not. */
class PrefixContextTest {

    @TempDir
    private Path room;

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "a/../../outside", "/outside", "a//b", "./a", "a/..", "nul\0byte", "a/./b"})
    void aKeyThatIsNoPlainPathIsRefusedByName(String key) {
        assertThatThrownBy(() -> resolve(Map.of("p/" + key, "x", "p/good", "x")))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("can't be a file of the context")
                .hasMessageContaining(key.replace("\0", "\\0"));
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void anObjectThatIsAlsoADirectoryIsRefused() {
        Map<String, String> fileFirst = new LinkedHashMap<>();
        fileFirst.put("p/a", "x");
        fileFirst.put("p/a/b", "x");
        assertThatThrownBy(() -> resolve(fileFirst)).hasMessageContaining("lies below another object, \"a\"");
        Map<String, String> directoryFirst = new LinkedHashMap<>();
        directoryFirst.put("p/a/b", "x");
        directoryFirst.put("p/a", "x");
        assertThatThrownBy(() -> resolve(directoryFirst)).hasMessageContaining("is also the beginning of other keys");
        assertThat(room).isEmptyDirectory();
    }

    @Test
    void aMarkerOfADirectoryMakesOne() throws Exception {
        try (BuildContext context = resolve(Map.of("p/empty/", "", "p/", ""))) {
            assertThat(context.root().resolve("empty")).isEmptyDirectory();
        }
        assertThatThrownBy(() -> resolve(Map.of("p/full/", "x")))
                .hasMessageContaining("ends with a slash and has content");
    }

    @Test
    void filesHaveTheirObjectsTimeAndAUsualMode() throws Exception {
        try (BuildContext context = resolve(Map.of("p/file", "text"))) {
            Path file = context.root().resolve("file");
            assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(ObjectsInMemory.TIME);
            assertThat(Files.getAttribute(file, "unix:mode")).isEqualTo(0100644);
        }
    }

    @Test
    void theObjectThatIsOneTooManyIsNamed() {
        Map<String, String> three = new LinkedHashMap<>();
        List.of("p/a", "p/b", "p/c").forEach(key -> three.put(key, "12345"));
        assertThatThrownBy(() -> resolve(three, ArchiveLimits.DEFAULT.withMostEntries(2)))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("there are more than 2 objects; \"mem://bucket/p/c\" is one too many");
        assertThatThrownBy(() -> resolve(three, ArchiveLimits.DEFAULT.withLargestBytes(9)))
                .hasMessageContaining("larger than --context-max-size, 9 bytes, together (at \"mem://bucket/p/b\")");
        assertThat(room).isEmptyDirectory();
    }

    @Test
    @Timeout(30)
    void oneFailureIsNotHeldUpByObjectsThatStall() {
        CountDownLatch never = new CountDownLatch(1);
        ObjectsInMemory objects = new ObjectsInMemory(Map.of("p/good", "x", "p/bad", "x", "p/slow", "x"));
        Bucket stalling = new Stalling(objects, never);
        assertThatThrownBy(() -> BucketContext.resolve(
                        stalling,
                        "p/",
                        "mem://bucket/p/",
                        ContextOptions.in(room.resolve("context")),
                        new Retries(1, wait -> {})))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("p/bad is refused");
        assertThat(room).isEmptyDirectory();
        never.countDown();
    }

    /** A server that refuses one object, and sends nothing of another one that is being waited for. */
    private record Stalling(ObjectsInMemory objects, CountDownLatch never) implements Bucket {
        @Override
        public String uriOf(String key) {
            return objects.uriOf(key);
        }

        @Override
        public Optional<StoredObject> find(String key) {
            return objects.find(key);
        }

        @Override
        public Page list(String prefix, Optional<String> from) {
            return objects.list(prefix, from);
        }

        @Override
        public InputStream read(StoredObject object, long offsetBytes, long lengthBytes) throws IOException {
            switch (object.key()) {
                case "p/bad" -> throw new IOException("p/bad is refused");
                case "p/slow" -> awaitUninterruptibly();
                default -> {}
            }
            return objects.read(object, offsetBytes, lengthBytes);
        }

        /** As a socket is read from by a platform thread. */
        private void awaitUninterruptibly() {
            while (never.getCount() > 0) {
                try {
                    never.await();
                } catch (InterruptedException stillWaiting) {
                    continue;
                }
            }
        }

        @Override
        public void write(String key, byte[] content) throws IOException {
            objects.write(key, content);
        }

        @Override
        public void close() {}
    }

    private BuildContext resolve(Map<String, String> objects) throws ContextException, InterruptedException {
        return resolve(objects, ArchiveLimits.DEFAULT);
    }

    private BuildContext resolve(Map<String, String> objects, ArchiveLimits limits)
            throws ContextException, InterruptedException {
        return BucketContext.resolve(
                new ObjectsInMemory(objects),
                "p/",
                "mem://bucket/p/",
                ContextOptions.in(room.resolve("context")).withLimits(limits),
                new Retries(1, wait -> {}));
    }

    /** A store without a server: only the keys count here, and no server takes all of these. */
    private record ObjectsInMemory(Map<String, String> objects) implements Bucket {
        static final Instant TIME = Instant.parse("2024-02-03T04:05:06Z");

        @Override
        public String uriOf(String key) {
            return "mem://bucket/" + key;
        }

        @Override
        public Optional<StoredObject> find(String key) {
            return Optional.ofNullable(objects.get(key)).map(text -> new StoredObject(key, text.length(), "1", TIME));
        }

        @Override
        public Page list(String prefix, Optional<String> from) {
            List<StoredObject> found = new ArrayList<>();
            objects.keySet().stream()
                    .filter(key -> key.startsWith(prefix))
                    .forEach(key -> found.add(find(key).orElseThrow()));
            return new Page(found, Optional.empty());
        }

        @Override
        public InputStream read(StoredObject object, long offsetBytes, long lengthBytes) {
            byte[] content = objects.get(object.key()).getBytes(StandardCharsets.UTF_8);
            return new ByteArrayInputStream(content, (int) offsetBytes, (int) lengthBytes);
        }

        @Override
        public void write(String key, byte[] content) throws IOException {
            throw new IOException("nothing is written here");
        }

        @Override
        public void close() {}
    }
}
