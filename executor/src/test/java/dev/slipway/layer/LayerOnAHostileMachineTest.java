package dev.slipway.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.Mounts;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import dev.slipway.sandbox.MountSpace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk, missing capabilities, a file system without attributes: what the message says. */
class LayerOnAHostileMachineTest {
    @TempDir
    private Path temporary;

    private MountSpace space;
    private Directory small;

    @BeforeEach
    void mountSmallFileSystem() throws IOException {
        space = MountSpace.open();
        small = space.call(() -> {
            Mounts.mount("tmpfs", temporary.toString(), "tmpfs", 0, "size=1m,mode=0755");
            return Directory.open(temporary);
        });
    }

    @AfterEach
    void unmount() throws IOException {
        small.close();
        space.close();
    }

    private static byte[] twoMegabytes() {
        byte[] bytes = new byte[2 << 20];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aFullStoreSaysWhatWouldHelpAndLeavesNothing() throws IOException {
        byte[] content = twoMegabytes();
        try (BlobStore store = BlobStore.open(small)) {
            assertThatThrownBy(() -> store.put(
                            TestTree.descriptor(content).digest(), content.length, new ByteArrayInputStream(content)))
                    .asInstanceOf(type(LayerException.class))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(LayerException.Kind.ENVIRONMENT))
                    .satisfies(e -> assertThat(e)
                            .hasMessageContaining("no space left in the content store")
                            .hasMessageContaining("choose a larger volume"));
            try (Directory ingest = small.openDirectory(PathBytes.of("ingest"))) {
                assertThat(ingest.list()).isEmpty();
            }
        }
    }

    @Test
    void aFullRootNamesTheEntryAndWhatWouldHelp() throws IOException {
        byte[] tar = new TestTree.Tar()
                .add(TarType.FILE, "usr/lib/big", twoMegabytes(), e -> e.permissions(0644))
                .bytes();

        assertThatThrownBy(() -> new LayerApplier(small, ApplyMode.PLAIN)
                        .apply(new ByteArrayInputStream(tar), TestTree.descriptor(tar), TestTree.diffId(tar)))
                .asInstanceOf(type(LayerException.class))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(LayerException.Kind.ENVIRONMENT))
                .satisfies(e -> assertThat(e)
                        .hasMessageContaining("entry \"usr/lib/big\"")
                        .hasMessageContaining("no space left on device: free some space"));
    }

    @Test
    void anAttributeThatIsRefusedNamesTheCapability() {
        PosixException refused = new PosixException("lsetxattr", "bin/ping", Errno.EPERM);

        assertThat(PosixFailures.explainXattr("security.capability", refused))
                .hasMessageContaining("security.capability")
                .hasMessageContaining("CAP_SETFCAP")
                .extracting(LayerException::kind)
                .isEqualTo(LayerException.Kind.ENVIRONMENT);
    }

    /** proc has no extended attributes at all. */
    @Test
    void aFileSystemWithoutAttributesHasNone() throws IOException {
        try (Directory proc = Directory.open(Path.of("/proc"))) {
            assertThat(LayerXattrs.read(proc.xattrs(PathBytes.of("self/status"))))
                    .isEqualTo(Xattrs.NONE);
        }
    }

    @Test
    void attributesThatTheFileSystemCannotHoldAreToldAndSkipped() throws IOException {
        byte[] tar = new TestTree.Tar()
                .add(
                        TarType.FILE,
                        "f",
                        new byte[0],
                        e -> e.permissions(0644).xattrs(Xattrs.of(Map.of("strange.attribute", new byte[] {1}))))
                .bytes();

        AppliedLayer applied = new LayerApplier(small, ApplyMode.PLAIN)
                .apply(new ByteArrayInputStream(tar), TestTree.descriptor(tar), TestTree.diffId(tar));

        assertThat(applied.skippedXattrs()).containsExactly("strange.attribute");
        assertThat(small.status(PathBytes.of("f")).isRegular()).isTrue();
    }
}
