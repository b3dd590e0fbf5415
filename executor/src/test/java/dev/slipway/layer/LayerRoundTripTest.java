package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.image.MediaFamily;
import dev.slipway.posix.Directory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** A tree of any files goes through our writer, our applier and GNU tar, in each direction, and is the same after. */
class LayerRoundTripTest {
    @Property(tries = 12, shrinking = ShrinkingMode.OFF)
    void whatWeWriteGnuTarAndWeUnpackAlike(@ForAll long seed) throws Exception {
        withDirectory(temporary -> {
            List<LayerEntry> entries = new RandomLayer(seed).entries();
            WrittenLayer layer = write(temporary, entries, seed);
            Path ours = Files.createDirectory(temporary.resolve("ours"));
            Path theirs = Files.createDirectory(temporary.resolve("theirs"));
            Path tar = temporary.resolve("layer.tar");
            try (Directory store = Directory.open(temporary.resolve("store"));
                    BlobStore blobs = BlobStore.open(store);
                    Blob blob = blobs.find(layer.descriptor().digest()).orElseThrow();
                    LayerStream in = open(blob, layer)) {
                Files.copy(in, tar);
                try (Directory root = Directory.open(ours)) {
                    new LayerApplier(root, ApplyMode.PLAIN).apply(blob, layer.descriptor(), layer.diffId());
                }
            }
            run(theirs, "tar", "--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpf", tar.toString());

            assertThat(listing(ours)).isEqualTo(listing(theirs)).hasSize(entries.size());
            try (InputStream in = Files.newInputStream(tar)) {
                assertThat(new LayerValidator().check(in)).isEmpty();
            }
        });
    }

    @Property(tries = 12, shrinking = ShrinkingMode.OFF)
    void whatGnuTarWritesWeUnpackAsItWas(@ForAll long seed) throws Exception {
        withDirectory(temporary -> {
            WrittenLayer layer = write(temporary, new RandomLayer(seed).entries(), seed);
            Path tree = Files.createDirectory(temporary.resolve("tree"));
            try (Directory store = Directory.open(temporary.resolve("store"));
                    BlobStore blobs = BlobStore.open(store);
                    Blob blob = blobs.find(layer.descriptor().digest()).orElseThrow();
                    Directory root = Directory.open(tree)) {
                new LayerApplier(root, ApplyMode.PLAIN).apply(blob, layer.descriptor(), layer.diffId());
            }
            Path tar = temporary.resolve("gnu.tar");
            String sparse = seed % 2 == 0 ? "--sparse" : "--no-null";
            run(tree, "tar", "--format=posix", sparse, "--xattrs", "--xattrs-include=*", "-cf", tar.toString(), ".");
            try (TestTree copy = new TestTree(Files.createDirectory(temporary.resolve("copy")))) {
                copy.apply(Files.readAllBytes(tar), ApplyMode.PLAIN);

                assertThat(copy.listing()).isEqualTo(listing(tree));
            }
        });
    }

    /** Applying to a directory and laying unpacked layers above each other are two ways to one tree. */
    @Property(tries = 15, shrinking = ShrinkingMode.OFF)
    void anOverlayShowsWhatADirectoryHolds(@ForAll long seed) throws Exception {
        withDirectory(temporary -> {
            RandomLayer random = new RandomLayer(seed);
            List<LayerEntry> lower = random.entries();
            List<List<LayerEntry>> layers = List.of(lower, new RandomLayer(seed + 1).changesTo(lower));
            Path plain = Files.createDirectory(temporary.resolve("plain"));
            for (int i = 0; i < layers.size(); i++) {
                Path own = Files.createDirectory(temporary.resolve("layer" + i));
                WrittenLayer layer = write(own, layers.get(i), seed);
                Path unpacked = Files.createDirectory(temporary.resolve("unpacked" + i));
                try (Directory store = Directory.open(own.resolve("store"));
                        BlobStore blobs = BlobStore.open(store);
                        Blob blob = blobs.find(layer.descriptor().digest()).orElseThrow();
                        Directory plainRoot = Directory.open(plain);
                        Directory overlayRoot = Directory.open(unpacked)) {
                    new LayerApplier(plainRoot, ApplyMode.PLAIN).apply(blob, layer.descriptor(), layer.diffId());
                    new LayerApplier(overlayRoot, ApplyMode.OVERLAY_TRUSTED)
                            .apply(blob, layer.descriptor(), layer.diffId());
                }
            }
            Files.createDirectory(temporary.resolve("merged"));
            run(
                    temporary,
                    "unshare",
                    "--mount",
                    "sh",
                    "-ec",
                    "mount -t overlay overlay -o lowerdir=unpacked1:unpacked0 merged; "
                            + "tar --format=posix --xattrs --xattrs-include=* -C merged -cf merged.tar .");
            try (TestTree merged = new TestTree(Files.createDirectory(temporary.resolve("copy")))) {
                merged.apply(Files.readAllBytes(temporary.resolve("merged.tar")), ApplyMode.PLAIN);

                assertThat(merged.listing()).isEqualTo(listing(plain));
            }
        });
    }

    private static LayerStream open(Blob blob, WrittenLayer layer) throws IOException {
        return LayerStream.open(blob.openStream(), layer.descriptor(), Optional.of(layer.diffId()));
    }

    private static WrittenLayer write(Path temporary, List<LayerEntry> entries, long seed) throws IOException {
        BlobCompression[] compressions = {
            new BlobCompression.None(), new BlobCompression.Gzip(1), new BlobCompression.Zstd(1)
        };
        try (ExecutorService workers = Executors.newFixedThreadPool(2);
                Directory store = Directory.open(Files.createDirectory(temporary.resolve("store")));
                BlobStore blobs = BlobStore.open(store)) {
            BlobCompression compression = compressions[(int) Math.floorMod(seed, compressions.length)];
            return new LayerWriter(blobs, compression, MediaFamily.OCI, new TimePolicy.Keep(), workers, 2)
                    .write(LayerContent.of(entries));
        }
    }

    private static Map<String, String> listing(Path directory) throws IOException {
        try (TestTree tree = new TestTree(directory)) {
            return tree.listing();
        }
    }

    private interface InDirectory {
        void run(Path temporary) throws Exception;
    }

    private static void withDirectory(InDirectory test) throws Exception {
        Path temporary = Files.createTempDirectory("layer");
        try {
            test.run(temporary);
        } finally {
            try (Directory directory = Directory.open(temporary)) {
                directory.removeContents();
            }
            Files.delete(temporary);
        }
    }

    private static void run(Path directory, String... command) throws Exception {
        Path errors = Files.createTempFile("run", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(errors.toFile());
            builder.environment().put("LC_ALL", "C");
            int status = builder.start().waitFor();
            assertThat(status).as(Files.readString(errors, ISO_8859_1)).isZero();
        } finally {
            Files.delete(errors);
        }
    }
}
