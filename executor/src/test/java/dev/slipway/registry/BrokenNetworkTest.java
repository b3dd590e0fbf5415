package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.fixture.registry.DockerRegistry;
import dev.slipway.fixture.registry.FaultProxy;
import dev.slipway.image.Descriptor;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Networks and registries that fail in the middle: the result is the right image or an error, never a tag that points to
 * missing blobs.
 */
class BrokenNetworkTest {
    private static final int STEP = 64 * 1024;
    private static final int LAYER_BYTES = 400_000;

    private final TestClients clients = new TestClients();
    private DockerRegistry registry;

    @BeforeEach
    void start() {
        registry = DockerRegistry.start();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    /** A whole image: two layers and a config, all of them noise to the registry. */
    private record Image(List<byte[]> blobs, byte[] manifest) {
        static Image of(int seed) {
            Random random = new Random(seed);
            byte[] one = new byte[LAYER_BYTES];
            byte[] two = new byte[LAYER_BYTES];
            random.nextBytes(one);
            random.nextBytes(two);
            byte[] config = utf8("{\"architecture\":\"amd64\",\"os\":\"linux\",\"author\":\"" + seed
                    + "\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}");
            String manifest = "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s,%s]}"
                    .formatted(
                            MediaTypes.OCI_MANIFEST,
                            json(MediaTypes.OCI_CONFIG, config),
                            json(MediaTypes.OCI_LAYER, one),
                            json(MediaTypes.OCI_LAYER, two));
            return new Image(List.of(one, two, config), utf8(manifest));
        }

        private static String json(String type, byte[] blob) {
            Descriptor descriptor = Descriptor.of(type, blob);
            return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
                    .formatted(type, descriptor.digest(), descriptor.sizeBytes());
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static BlobSource source(byte[] bytes) {
        return offset -> new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }

    private static void push(RegistryClient client, Image image, ImageReference to) throws IOException {
        for (byte[] blob : image.blobs()) {
            client.pushBlob(to, Descriptor.of(MediaTypes.OCI_LAYER, blob), source(blob), Optional.empty());
        }
        client.pushManifest(to, image.manifest(), MediaTypes.OCI_MANIFEST);
    }

    /** The image behind a tag, with every blob read to its end. */
    private byte[] whole(String name) throws IOException {
        ImageReference reference = ImageReference.parse(registry.reference(name));
        try (RegistryClient client = clients.client()) {
            Resolved resolved = client.resolve(reference, Platform.of("linux", "amd64"));
            for (Descriptor layer : resolved.manifest().layers()) {
                try (InputStream in = client.openBlob(reference, layer)) {
                    assertThat(in.readAllBytes()).hasSize(LAYER_BYTES);
                }
            }
            return resolved.manifest().raw();
        }
    }

    @Test
    void pushesTheRightImageWhereverTheConnectionIsCut() throws IOException {
        List<Integer> places = new ArrayList<>(List.of(LAYER_BYTES / 100, LAYER_BYTES * 99 / 100));
        for (int at = STEP; at < 2 * LAYER_BYTES; at += STEP) {
            places.add(at);
        }
        for (int at : places) {
            Image image = Image.of(at);
            try (RequestCutter cutter = new RequestCutter(registry.host(), at);
                    RegistryClient client = clients.client()) {
                push(client, image, ImageReference.parse(cutter.host() + "/cut/at:" + at));
                assertThat(cutter.hasCut()).as("cut at %d", at).isTrue();
            }
            assertThat(whole("cut/at:" + at)).isEqualTo(image.manifest());
        }
    }

    @Test
    void pullsTheRightBytesWhereverTheConnectionIsCut() throws IOException {
        Image image = Image.of(7);
        byte[] layer = image.blobs().getFirst();
        try (RegistryClient client = clients.client()) {
            push(client, image, ImageReference.parse(registry.reference("pull/cut:1")));
        }
        for (int at = STEP; at < LAYER_BYTES; at += STEP) {
            try (FaultProxy proxy = FaultProxy.before(registry.host());
                    RegistryClient client = clients.client()) {
                // One connection looks for TLS, one of the others carries the blob; whichever it is, it breaks.
                for (int connection = 0; connection < 3; connection++) {
                    proxy.then(new FaultProxy.Fault.ResetAfter(at));
                }
                ImageReference through = ImageReference.parse(proxy.host() + "/pull/cut");
                try (InputStream in = client.openBlob(through, Descriptor.of(MediaTypes.OCI_LAYER, layer))) {
                    assertThat(in.readAllBytes()).as("reset after %d", at).isEqualTo(layer);
                }
            }
        }
    }

    @Test
    void pushesThroughARestartOfTheRegistry() throws IOException {
        Image image = Image.of(11);
        ImageReference target = ImageReference.parse(registry.reference("restarted/app:1"));
        List<String> restarts = new ArrayList<>();
        try (RegistryClient client = clients.client()) {
            for (byte[] blob : image.blobs()) {
                BlobSource restarting = offset -> {
                    if (restarts.isEmpty()) {
                        restarts.add("in the middle of the first layer");
                        return new SequenceInputStream(new ByteArrayInputStream(blob, 0, STEP), new InputStream() {
                            private final InputStream rest = source(blob).open(STEP);
                            private boolean down;

                            @Override
                            public int read() throws IOException {
                                return rest.read();
                            }

                            @Override
                            public int read(byte[] buffer, int from, int length) throws IOException {
                                if (!down) {
                                    down = true;
                                    registry.restart();
                                }
                                return rest.read(buffer, from, length);
                            }
                        });
                    }
                    return source(blob).open(offset);
                };
                client.pushBlob(target, Descriptor.of(MediaTypes.OCI_LAYER, blob), restarting, Optional.empty());
            }
            client.pushManifest(target, image.manifest(), MediaTypes.OCI_MANIFEST);
        }
        assertThat(restarts).hasSize(1);
        assertThat(whole("restarted/app:1")).isEqualTo(image.manifest());
    }

    @Test
    void leavesOneWholeImageWhenTwoPushesOfATagRace() throws Exception {
        Image one = Image.of(21);
        Image two = Image.of(22);
        ImageReference tag = ImageReference.parse(registry.reference("race/app:latest"));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 5; round++) {
                List<Callable<Void>> pushes = new ArrayList<>();
                for (Image image : List.of(one, two)) {
                    pushes.add(() -> {
                        try (RegistryClient client = clients.client()) {
                            push(client, image, tag);
                        }
                        return null;
                    });
                }
                for (Future<Void> push : threads.invokeAll(pushes)) {
                    push.get();
                }
                assertThat(whole("race/app:latest")).isIn(one.manifest(), two.manifest());
            }
        }
    }

    @Test
    void givesUpAndTagsNothingWhereEveryUploadIsCut() throws IOException {
        Image image = Image.of(31);
        try (ScriptedRegistry front = ScriptedRegistry.before(registry);
                RegistryClient client = clients.client()) {
            for (int upload = 0; upload < 40; upload++) {
                front.onceRaw("PUT .*/blobs/.*", exchange -> {
                    front.note(exchange, exchange.getRequestBody().readNBytes(STEP));
                    throw new IOException("the connection is cut");
                });
            }
            assertThatThrownBy(() -> push(client, image, ImageReference.parse(front.host() + "/cut/forever:1")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("push blob sha256:")
                    .hasMessageContaining(front.host());
            assertThat(front.seen("PUT .*/blobs/.*")).hasSizeBetween(2, 39);
            assertThat(front.seen("PUT .*/manifests/.*")).isEmpty();
        }
    }
}
