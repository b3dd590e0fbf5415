package dev.slipway.rootfs;

import static dev.slipway.rootfs.Workshop.attributes;
import static dev.slipway.rootfs.Workshop.directory;
import static dev.slipway.rootfs.Workshop.file;
import static dev.slipway.rootfs.Workshop.shell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.DiffId;
import dev.slipway.image.Digest;
import dev.slipway.layer.LayerEntry;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kinds of root filesystem make of the layers that they begin with, and what they leave behind. */
class KindsTest {
    @TempDir
    private Path room;

    private Workshop workshop;

    @BeforeEach
    void open() throws IOException {
        workshop = new Workshop(room);
    }

    @AfterEach
    void leavesNoMount() throws IOException {
        workshop.close();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(room.toString());
    }

    /** All that a stage can be opened as; AUTO stands for the kind without commands. */
    private Rootfs open(Isolation kind, ImageLayer... layers) throws IOException {
        return workshop.factory(kind)
                .create(
                        List.of(layers),
                        workshop.exact(),
                        kind == Isolation.AUTO ? RootfsFactory.Use.NO_COMMANDS : RootfsFactory.Use.COMMANDS);
    }

    private static FileStatus status(Rootfs rootfs, String path) throws IOException {
        return rootfs.tree().status(PathBytes.of(path)).orElseThrow();
    }

    private static String content(Rootfs rootfs, String path) throws IOException {
        try (InputStream in = rootfs.tree().openRead(PathBytes.of(path))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "OVERLAY", "DIRECTORY"})
    void directoriesThatALayerOnlyImpliesKeepWhatLowerLayersSay(Isolation kind) throws IOException {
        ImageLayer lower = workshop.layer(List.of(
                new LayerEntry.Directory(PathBytes.of("srv"), attributes(01777).withOwner(33, 44)),
                directory("srv/in", 0700)));
        ImageLayer upper = workshop.layer(List.of(file("srv/in/f", 0600, "f")));
        try (Rootfs rootfs = open(kind, workshop.busybox(), lower, upper)) {
            assertThat(status(rootfs, "srv").permissions()).isEqualTo(01777);
            assertThat(status(rootfs, "srv").uid()).isEqualTo(33);
            assertThat(status(rootfs, "srv").mtimeNanos()).isEqualTo(Workshop.TIME.getNano());
            assertThat(status(rootfs, "srv/in").permissions()).isEqualTo(0700);
            assertThat(content(rootfs, "srv/in/f")).isEqualTo("f");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "OVERLAY", "DIRECTORY"})
    void aLinkOfALowerLayerGivesWayToADirectory(Isolation kind) throws IOException {
        ImageLayer lower = workshop.layer(List.of(
                directory("usr", 0755),
                directory("usr/lib", 0711),
                new LayerEntry.Symlink(PathBytes.of("lib"), attributes(0777), "usr/lib".getBytes(UTF_8))));
        ImageLayer upper = workshop.layer(List.of(file("lib/f", 0600, "f")));
        try (Rootfs rootfs = open(kind, lower, upper)) {
            assertThat(status(rootfs, "lib").isDirectory()).isTrue();
            assertThat(content(rootfs, "lib/f")).isEqualTo("f");
            assertThat(rootfs.tree().list(PathBytes.of("usr/lib"))).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "OVERLAY", "DIRECTORY"})
    void appliesWhiteoutsAndOpaqueDirectories(Isolation kind) throws IOException {
        ImageLayer lower = workshop.layer(
                List.of(directory("d", 0755), file("d/1", 0644, "1"), file("d/2", 0644, "2"), file("f", 0644, "f")));
        ImageLayer middle = workshop.layer(List.of(
                directory("d", 0700),
                new LayerEntry.Opaque(PathBytes.of("d")),
                file("d/3", 0644, "3"),
                new LayerEntry.Whiteout(PathBytes.of("f"))));
        ImageLayer upper = workshop.layer(List.of(file("d/2", 0644, "again")));
        try (Rootfs rootfs = open(kind, lower, middle, upper)) {
            assertThat(rootfs.tree().list(PathBytes.of("d")))
                    .containsExactlyInAnyOrder(PathBytes.of("2"), PathBytes.of("3"));
            assertThat(rootfs.tree().status(PathBytes.of("f"))).isEmpty();
            assertThat(status(rootfs, "d").permissions()).isEqualTo(0700);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "OVERLAY", "DIRECTORY"})
    void anOpaqueMarkInTheRootHidesAllLayersBelow(Isolation kind) throws IOException {
        ImageLayer lower = workshop.layer(List.of(directory("d", 0755), file("d/1", 0644, "1"), file("f", 0644, "f")));
        ImageLayer middle = workshop.layer(
                List.of(new LayerEntry.Opaque(PathBytes.EMPTY), directory("d", 0700), file("d/2", 0644, "2")));
        ImageLayer upper = workshop.layer(List.of(file("g", 0644, "g")));
        try (Rootfs rootfs = open(kind, lower, middle, upper)) {
            assertThat(rootfs.tree().list(PathBytes.EMPTY))
                    .containsExactlyInAnyOrder(PathBytes.of("d"), PathBytes.of("g"));
            assertThat(rootfs.tree().list(PathBytes.of("d"))).containsExactly(PathBytes.of("2"));
            assertThat(status(rootfs, "d").permissions()).isEqualTo(0700);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "OVERLAY", "DIRECTORY"})
    void aDirectoryHasOneNameOnly(Isolation kind) throws IOException {
        try (Rootfs rootfs = open(kind, workshop.layer(List.of(directory("a", 0755))))) {
            assertThatThrownBy(() -> rootfs.tree().hardLink(PathBytes.of("a/b"), PathBytes.of("a")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not permitted");
        }
    }

    @Test
    void readsFilesOfLayersThatWereNeverExtracted() throws IOException {
        try (Rootfs rootfs = open(Isolation.AUTO, workshop.busybox())) {
            for (int i = 0; i < 3; i++) {
                assertThat(content(rootfs, "etc/passwd")).startsWith("root:");
            }
            try (InputStream in = rootfs.tree().openRead(PathBytes.of("bin/busybox"))) {
                assertThat(Digest.of(in.readAllBytes()))
                        .isEqualTo(Digest.of(Files.readAllBytes(Path.of("/bin/busybox"))));
            }
            assertThatThrownBy(() -> shell(rootfs, "true")).isInstanceOf(RootfsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "OVERLAY", "DIRECTORY"})
    void copiesCarryCapabilitiesAndOneFileUnderTwoNames(Isolation kind) throws IOException {
        byte[] capability = {1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        try (Rootfs rootfs = open(kind, workshop.busybox())) {
            PathBytes ping = PathBytes.of("bin/ping");
            PathBytes other = PathBytes.of("bin/ping6");
            FileStatus bin = status(rootfs, "bin");
            rootfs.tree()
                    .writeFile(
                            ping,
                            new Attributes(0755, 5, 6, 1, 2, Optional.of(capability)),
                            new ByteArrayInputStream(new byte[] {1, 2}));
            rootfs.tree().hardLink(other, ping);
            rootfs.tree().setAttributes(PathBytes.of("bin"), Attributes.of(bin));
            Optional<PendingLayer> layer = rootfs.commit(CommitScope.paths(new TreeSet<>(List.of(ping, other))));
            assertThat(workshop.entries(layer))
                    .containsExactly("file bin/ping 755 5:6 [security.capability]", "hardlink bin/ping6 = bin/ping");
            assertThat(rootfs.tree().capability(other)).hasValue(capability);
            assertThat(rootfs.commit(CommitScope.EVERYTHING)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void aChangeRightAfterAnotherIsNeverLost(Isolation kind) throws IOException {
        try (Rootfs rootfs = open(kind, workshop.busybox())) {
            shell(rootfs, "echo 0 > /f; touch -d @1600000000 /ref /f");
            rootfs.commit(CommitScope.EVERYTHING);
            for (int i = 1; i <= 60; i++) {
                shell(rootfs, "echo %d > /f; touch -r /ref /f".formatted(i % 10));
                assertThat(workshop.entries(rootfs.commit(CommitScope.EVERYTHING)))
                        .as("%d", i)
                        .containsExactly("file f 644 0:0");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void ignoredPathsStayOutOfCommandsLayers(Isolation kind) throws IOException {
        RootfsFactory factory = workshop.factory(kind, PathBytes.of("data/deep"), PathBytes.of("var/run"));
        try (Rootfs rootfs =
                factory.create(List.of(workshop.busybox()), workshop.exact(), RootfsFactory.Use.COMMANDS)) {
            shell(rootfs, "mkdir -p /var/run; echo x > /var/run/x; echo y > /data/deep/y; rm /data/deep/c");
            assertThat(workshop.entries(rootfs.commit(CommitScope.EVERYTHING)))
                    .containsExactly("directory var 755 0:0");
            assertThat(shell(rootfs, "cat /var/run/x /data/deep/y")).containsExactly("x", "y");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void aSocketIsNothingThatALayerHolds(Isolation kind) throws IOException {
        try (Rootfs rootfs = open(kind, workshop.busybox())) {
            rootfs.tree().status(PathBytes.EMPTY);
            shell(rootfs, "mkdir /s");
            Path socket = rootfs.directory().resolve("s/socket");
            if (kind == Isolation.DIRECTORY) {
                try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    channel.bind(UnixDomainSocketAddress.of(socket));
                    assertThat(workshop.entries(rootfs.commit(CommitScope.EVERYTHING)))
                            .containsExactly("directory s 755 0:0");
                }
            } else {
                assertThat(workshop.entries(rootfs.commit(CommitScope.EVERYTHING)))
                        .containsExactly("directory s 755 0:0");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OVERLAY", "DIRECTORY"})
    void aLayerThatIsNotWhatItsDiffIdSaysLeavesNothing(Isolation kind) throws IOException {
        ImageLayer layer = workshop.busybox();
        ImageLayer wrong = new ImageLayer(new DiffId(Digest.of(new byte[0])), layer.descriptor(), layer.source());
        assertThatThrownBy(() -> open(kind, layer, wrong))
                .hasMessageContaining(layer.descriptor().digest().toString());
        try (var left = Files.walk(room.resolve("build-0"))) {
            assertThat(left.filter(path -> path.toString().contains("stage-0/")))
                    .isEmpty();
        }
    }

    @Test
    @Timeout(60)
    void oneLayerThatCannotBeExtractedEndsTheOthers() throws IOException {
        List<ImageLayer> layers = new ArrayList<>();
        ImageLayer first = workshop.layer(List.of(file("f", 0644, "f")));
        layers.add(new ImageLayer(new DiffId(Digest.of(new byte[0])), first.descriptor(), first.source()));
        for (int i = 1; i < 13; i++) {
            layers.add(workshop.layer(List.of(file("f" + i, 0644, "f"))));
        }
        assertThatThrownBy(() -> open(Isolation.OVERLAY, layers.toArray(ImageLayer[]::new)))
                .hasMessageContaining(first.descriptor().digest().toString());
    }

    /** A layer's times may be others than those of the files that it was made of: {@code --reproducible}. */
    @Test
    void whatIsExtractedHasTheTimesOfItsLayer() throws IOException {
        List<ImageLayer> layers;
        try (Rootfs first = workshop.open(Isolation.OVERLAY, List.of(workshop.busybox()), workshop.reproducible())) {
            shell(first, "echo hello > /data/hello");
            first.commit(CommitScope.EVERYTHING);
            layers = first.layers();
        }
        try (Rootfs second = open(Isolation.OVERLAY, layers.toArray(ImageLayer[]::new))) {
            assertThat(shell(second, "stat -c %Y /data/hello")).containsExactly("0");
        }
    }

    @Test
    void buildsShareWhatIsExtracted() throws IOException {
        ImageLayer base = workshop.busybox();
        List<ImageLayer> layers;
        try (Rootfs first = open(Isolation.OVERLAY, base)) {
            shell(first, "echo hello > /data/hello");
            first.commit(CommitScope.EVERYTHING);
            layers = first.layers();
        }
        List<ImageLayer> unreadable = layers.stream()
                .map(layer -> new ImageLayer(layer.diffId(), layer.descriptor(), () -> {
                    throw new IOException("nobody should ask for the blob");
                }))
                .toList();
        try (Rootfs second = open(Isolation.OVERLAY, unreadable.toArray(ImageLayer[]::new))) {
            assertThat(shell(second, "cat /data/hello")).containsExactly("hello");
        }
    }

    @Test
    void saysInOneLineWhatItChoseAndWhy() throws IOException {
        IsolationChoice choice = workshop.factory(Isolation.AUTO).choice();
        assertThat(choice.explanation())
                .startsWith("isolation: ")
                .doesNotContain("\n")
                .contains("since ");
        assertThat(workshop.factory(Isolation.DIRECTORY).choice().kind()).hasValue(Isolation.DIRECTORY);
    }

    @Test
    void neverTakesThisMachinesRootWithoutLeave() throws IOException {
        RootfsFactory factory = workshop.factory(Isolation.IN_PLACE);

        assertThat(factory.choice().kind()).isEmpty();
        assertThatThrownBy(() -> factory.create(List.of(), workshop.exact(), RootfsFactory.Use.COMMANDS))
                .isInstanceOf(RootfsException.class)
                .hasMessageContaining("this is no container")
                .hasMessageContaining("--force");
    }
}
