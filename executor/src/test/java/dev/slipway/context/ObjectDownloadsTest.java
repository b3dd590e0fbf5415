package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.Clouds.Store;
import dev.slipway.context.bucket.Bucket;
import dev.slipway.context.bucket.BucketContext;
import dev.slipway.context.bucket.ObjectStore.Location;
import dev.slipway.context.bucket.StoredObject;
import dev.slipway.fixture.image.TarBuilder;
import dev.slipway.fixture.registry.FaultProxy;
import dev.slipway.fixture.registry.FaultProxy.Fault;
import dev.slipway.fixture.registry.ForwardProxy;
import dev.slipway.network.NetworkSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Bad networks, busy servers and objects that change: of every object store the right context comes, or an error. */
class ObjectDownloadsTest {
    private static final int SMALL_BYTES = 3000;

    /** Two parts. */
    private static final int LARGE_BYTES = 10 << 20;

    private static final AtomicInteger SEEDS = new AtomicInteger();

    private static Clouds clouds;
    private static byte[] small;
    private static byte[] large;

    @TempDir
    private Path room;

    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void fill() throws Exception {
        clouds = Clouds.start();
        small = random(SMALL_BYTES);
        large = random(LARGE_BYTES);
        for (Store store : Store.values()) {
            clouds.put(store, "small.tar", tar(small));
            clouds.put(store, "large.tar", tar(large));
        }
    }

    @AfterAll
    static void stop() {
        if (clouds != null) {
            clouds.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatIsResetAtAnyPointIsMadeUpFor(Store store) throws Exception {
        for (int point = 0; point < SMALL_BYTES + 3000; point += 211) {
            try (FaultProxy proxy = FaultProxy.before(clouds.host(store))
                    .then(new Fault.ResetAfter(point))
                    .then(new Fault.ResetAfter(point))) {
                try (BuildContext context = resolve(store, "small.tar", clouds.environment(store, proxy.host()))) {
                    assertThat(context.root().resolve("random"))
                            .as("after %d bytes", point)
                            .hasBinaryContent(small);
                }
            }
            assertThat(room).isEmptyDirectory();
        }
    }

    /** A close in good order may leave headers that look complete. */
    @ParameterizedTest
    @EnumSource
    void aConnectionThatIsClosedAtAnyPointGivesTheRightContextOrAnError(Store store) throws Exception {
        int right = 0;
        for (int point = 0; point < SMALL_BYTES + 3000; point += 307) {
            try (FaultProxy proxy = FaultProxy.before(clouds.host(store)).then(new Fault.CloseAfter(point));
                    BuildContext context = resolve(store, "small.tar", clouds.environment(store, proxy.host()))) {
                assertThat(context.root().resolve("random"))
                        .as("after %d bytes", point)
                        .hasBinaryContent(small);
                right++;
            } catch (ContextException clear) {
                assertThat(clear).hasMessageContaining(clouds.uri(store, "small.tar"));
            }
            assertThat(room).isEmptyDirectory();
        }
        assertThat(right).isGreaterThan(12);
    }

    @ParameterizedTest
    @CsvSource({"S3, 429", "S3, 503", "GCS, 429", "GCS, 500", "GCS, 503", "AZURE, 429", "AZURE, 500", "AZURE, 503"})
    void aBusyServerIsLeftAloneAsLongAsItSays(Store store, int status) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(clouds.host(store))
                .then(Fault.Answer.of(status, "Retry-After: 7"))
                .then(Fault.Answer.of(status, "Retry-After: 11"))) {
            try (BuildContext context = resolve(store, "small.tar", clouds.environment(store, proxy.host()))) {
                assertThat(context.root().resolve("random")).hasBinaryContent(small);
            }
            assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(11));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStoreIsReachedThroughAProxyThatWantsALogin(Store store) throws Exception {
        try (ForwardProxy proxy = ForwardProxy.before(clouds.host(store), "me:hunter2")) {
            // Nobody's address; with this port Azure's library takes it for an emulator's.
            Map<String, String> environment = new HashMap<>(clouds.environment(store, "192.0.2.7:10000"));
            environment.put("http_proxy", proxy.url());
            ContextOptions options = options(environment).withNetwork(NetworkSettings.of(environment));
            try (BuildContext context =
                    ContextResolvers.installed().resolve(clouds.uri(store, "small.tar"), Optional.empty(), options)) {
                assertThat(context.root().resolve("random")).hasBinaryContent(small);
            }
            assertThat(proxy.requests())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request).contains(" http://192.0.2.7:10000/"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatStaysBusyIsAnError(Store store) {
        try (FaultProxy proxy = FaultProxy.before(clouds.host(store))) {
            for (int answer = 0; answer < 10; answer++) {
                proxy.then(Fault.Answer.of(503));
            }
            assertThatThrownBy(() -> resolve(store, "small.tar", clouds.environment(store, proxy.host())))
                    .isInstanceOfSatisfying(
                            ContextException.class, e -> assertThat(e.kind()).isEqualTo(ContextException.Kind.CONTEXT))
                    .hasMessageContainingAll(clouds.uri(store, "small.tar"), "503", "6 attempts");
            assertThat(proxy.connections()).isEqualTo(6);
        }
        assertThat(room).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource
    void anObjectThatIsReplacedMeanwhileEndsTheBuild(Store store) throws Exception {
        clouds.put(store, "moving.tar", tar(large));
        byte[] other = tar(random(LARGE_BYTES));
        AtomicBoolean replaced = new AtomicBoolean();
        Replacing.Step replace = () -> {
            if (replaced.compareAndSet(false, true)) {
                clouds.put(store, "moving.tar", other);
            }
        };
        try (Location location = clouds.open(store, "moving.tar", clouds.environment(store))) {
            assertThatThrownBy(() -> BucketContext.resolve(
                            new Replacing(location.bucket(), replace),
                            location.key(),
                            clouds.uri(store, "moving.tar"),
                            options(Map.of()),
                            retries()))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("was replaced while it was being downloaded: start the build again");
        }
        assertThat(room).isEmptyDirectory();
    }

    /** A bucket to which something happens after an object was looked up, and before it is read. */
    private record Replacing(Bucket bucket, Step step) implements Bucket {
        /** What happens. */
        interface Step {
            void run() throws Exception;
        }

        @Override
        public String uriOf(String key) {
            return bucket.uriOf(key);
        }

        @Override
        public Optional<StoredObject> find(String key) throws IOException {
            return bucket.find(key);
        }

        @Override
        public Page list(String prefix, Optional<String> from) throws IOException {
            return bucket.list(prefix, from);
        }

        @Override
        public InputStream read(StoredObject object, long offsetBytes, long lengthBytes) throws IOException {
            // The first part is read whole before the second one's turn, which then meets another object.
            InputStream part = bucket.read(object, offsetBytes, lengthBytes);
            if (offsetBytes == 0) {
                return part;
            }
            part.close();
            try {
                step.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return bucket.read(object, offsetBytes, lengthBytes);
        }

        @Override
        public void write(String key, byte[] content) throws IOException {
            bucket.write(key, content);
        }

        @Override
        public void close() {
            bucket.close();
        }
    }

    private BuildContext resolve(Store store, String key, Map<String, String> environment)
            throws ContextException, InterruptedException {
        try (Location location = clouds.open(store, key, environment)) {
            return BucketContext.resolve(
                    location.bucket(), location.key(), clouds.uri(store, key), options(environment), retries());
        }
    }

    private ContextOptions options(Map<String, String> environment) {
        return ContextOptions.in(room.resolve("context")).withEnvironment(environment);
    }

    private Retries retries() {
        return new Retries(Retries.STANDARD.attempts(), pauses::add);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(SEEDS.getAndIncrement()).nextBytes(bytes);
        return bytes;
    }

    private static byte[] tar(byte[] content) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarBuilder.write(archive, entries -> entries.file("random", 0644, content));
        return archive.toByteArray();
    }
}
