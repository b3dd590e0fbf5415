package dev.slipway.rootfs;

import static dev.slipway.rootfs.Workshop.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Whatever steps do, all kinds of root filesystem make the same layers of it, and these, applied to an empty directory,
 * give the tree that the steps left (DESIGN 3.3).
 */
class AgreementTest {
    private static final List<String> PATHS = List.of(
            "data",
            "data/a",
            "data/b",
            "data/deep",
            "data/deep/c",
            "data/deep/er",
            "data/deep/er/d",
            "data/x",
            "data/x/y",
            "data/x/y/z",
            "data/deep/x",
            "top",
            "top/a",
            "tmp/t");

    private Path room = Path.of("");
    private Workshop workshop;

    @BeforeTry
    void open() throws IOException {
        room = Files.createTempDirectory("agreement");
        workshop = new Workshop(room);
    }

    @AfterTry
    void close() throws IOException {
        workshop.close();
        try (Directory parent = Directory.open(room.getParent())) {
            parent.removeTree(PathBytes.of(room.getFileName().toString()));
        }
    }

    @Property(tries = 30)
    void commandsLeaveTheSameLayersUnderOverlayAndDirectory(@ForAll Random random) throws IOException {
        ImageLayer base = workshop.busybox();
        List<String> scripts = new ArrayList<>();
        int steps = 1 + random.nextInt(3);
        for (int i = 0; i < steps; i++) {
            scripts.add(script(random, i == steps - 1));
        }
        Map<Isolation, List<ImageLayer>> layers = new HashMap<>();
        Map<Isolation, Map<String, String>> trees = new HashMap<>();
        for (Isolation isolation : List.of(Isolation.OVERLAY, Isolation.DIRECTORY)) {
            try (Rootfs rootfs = workshop.open(isolation, List.of(base), workshop.reproducible())) {
                for (String script : scripts) {
                    shell(rootfs, script);
                    rootfs.commit(CommitScope.EVERYTHING);
                }
                layers.put(isolation, rootfs.layers());
                trees.put(isolation, listing(rootfs));
            }
        }
        assertThat(described(layers.get(Isolation.OVERLAY)))
                .as(String.join("\n---\n", scripts))
                .isEqualTo(described(layers.get(Isolation.DIRECTORY)));
        for (Isolation isolation : layers.keySet()) {
            assertThat(workshop.applied(layers.get(isolation)))
                    .as("%s: %s", isolation, String.join("\n---\n", scripts))
                    .isEqualTo(trees.get(isolation));
        }
        reopens(layers.get(Isolation.OVERLAY), trees.get(Isolation.DIRECTORY));
    }

    /** The layers as stages and builds to come find them: extracted, or left by this build, in the store. */
    private void reopens(List<ImageLayer> layers, Map<String, String> tree) throws IOException {
        for (Isolation isolation : List.of(Isolation.OVERLAY, Isolation.DIRECTORY)) {
            try (Rootfs again = workshop.open(isolation, layers, workshop.reproducible())) {
                assertThat(listing(again)).as("%s", isolation).isEqualTo(tree);
            }
        }
    }

    @Property(tries = 30)
    void copiesLeaveTheSameLayersUnderAllKinds(@ForAll Random random) throws IOException {
        ImageLayer base = workshop.busybox();
        long seed = random.nextLong();
        List<List<String>> described = new ArrayList<>();
        Map<String, String> tree = Map.of();
        for (int kind = 0; kind < 3; kind++) {
            try (Rootfs rootfs = openForCopies(kind, base)) {
                Random same = new Random(seed);
                for (int step = 0; step < 3; step++) {
                    rootfs.commit(CommitScope.paths(change(rootfs.tree(), same)));
                }
                described.add(described(rootfs.layers()));
                assertThat(workshop.applied(rootfs.layers()).keySet()).isEqualTo(paths(rootfs.tree()));
                if (kind == 0) {
                    tree = workshop.applied(rootfs.layers());
                }
            }
        }
        assertThat(described.get(1)).isEqualTo(described.get(0));
        assertThat(described.get(2)).isEqualTo(described.get(0));
        assertThat(tree).isNotEmpty();
    }

    @Property(tries = 15)
    void commandsAndCopiesMixInOneLayer(@ForAll Random random) throws IOException {
        ImageLayer base = workshop.busybox();
        long seed = random.nextLong();
        List<List<String>> described = new ArrayList<>();
        for (Isolation isolation : List.of(Isolation.OVERLAY, Isolation.DIRECTORY)) {
            try (Rootfs rootfs = workshop.open(isolation, List.of(base), workshop.reproducible())) {
                Random same = new Random(seed);
                change(rootfs.tree(), same);
                shell(rootfs, script(same, false));
                change(rootfs.tree(), same);
                shell(rootfs, script(same, false));
                rootfs.commit(CommitScope.EVERYTHING);
                rootfs.commit(CommitScope.paths(change(rootfs.tree(), same)));
                shell(rootfs, script(same, true));
                rootfs.commit(CommitScope.EVERYTHING);
                described.add(described(rootfs.layers()));
                assertThat(workshop.applied(rootfs.layers())).isEqualTo(listing(rootfs));
            }
        }
        assertThat(described.get(1)).isEqualTo(described.get(0));
    }

    private Rootfs openForCopies(int kind, ImageLayer base) throws IOException {
        return switch (kind) {
            case 0 -> workshop.open(Isolation.OVERLAY, List.of(base), workshop.exact());
            case 1 -> workshop.open(Isolation.DIRECTORY, List.of(base), workshop.exact());
            default ->
                workshop.factory(Isolation.DIRECTORY)
                        .create(List.of(base), workshop.exact(), RootfsFactory.Use.NO_COMMANDS);
        };
    }

    private static Map<String, String> listing(Rootfs rootfs) throws IOException {
        if (rootfs instanceof OverlayRootfs overlay) {
            return Workshop.listing(rootfs.tree(), overlay.merged());
        }
        try (Directory root = Directory.open(rootfs.directory())) {
            return Workshop.listing(rootfs.tree(), root);
        }
    }

    private static TreeSet<String> paths(FileTree tree) throws IOException {
        TreeSet<String> paths = new TreeSet<>();
        collect(tree, PathBytes.EMPTY, paths);
        return paths;
    }

    private static void collect(FileTree tree, PathBytes path, TreeSet<String> paths) throws IOException {
        for (PathBytes name : tree.list(path)) {
            PathBytes child = path.resolve(name);
            paths.add(child.toString());
            if (tree.status(child).orElseThrow().isDirectory()) {
                collect(tree, child, paths);
            }
        }
    }

    private List<String> described(List<ImageLayer> layers) throws IOException {
        List<String> lines = new ArrayList<>();
        for (ImageLayer layer : layers.subList(1, layers.size())) {
            lines.addAll(workshop.entries(layer));
            lines.add(layer.diffId().toString());
        }
        return lines;
    }

    private static String script(Random random, boolean mayLink) {
        StringBuilder script = new StringBuilder("exec 2>/dev/null; cd /\n");
        int commands = 1 + random.nextInt(7);
        for (int i = 0; i < commands; i++) {
            String one = PATHS.get(random.nextInt(PATHS.size()));
            String other = PATHS.get(random.nextInt(PATHS.size()));
            script.append("( ")
                    .append(
                            switch (random.nextInt(mayLink ? 16 : 15)) {
                                case 0, 1 -> "echo %d > %s".formatted(random.nextInt(3), one);
                                case 2 -> "echo more >> " + one;
                                case 3, 4 -> "rm -rf " + one;
                                case 5, 6 -> "mkdir -p " + one;
                                case 7 -> "mv %s %s".formatted(one, other);
                                case 8 -> "ln -s %s %s".formatted(random.nextBoolean() ? "/" + other : "nowhere", one);
                                case 9 -> "chmod %o %s".formatted(random.nextInt(07777) | 0500, one);
                                case 10 -> "chown -R %d:%d %s".formatted(random.nextInt(2), random.nextInt(2), one);
                                case 11 -> "touch -d @%d %s".formatted(1_500_000_000 + random.nextInt(3), one);
                                // A name of its own: whoever opens a pipe waits for its other end for ever.
                                case 12 -> "mkfifo %s-pipe".formatted(one);
                                case 13 -> "cp -a %s %s".formatted(one, other);
                                case 14 -> "rm -rf %s; mkdir %s; echo x > %s/a".formatted(one, one, one);
                                default -> "ln %s %s".formatted(one, other);
                            });
            script.append(" ) || true\n");
        }
        return script.toString();
    }

    /** Does what a COPY may do; directories that only get another entry have their times put back. */
    private static SortedSet<PathBytes> change(MutableTree tree, Random random) throws IOException {
        SortedSet<PathBytes> written = new TreeSet<>();
        int operations = 1 + random.nextInt(6);
        for (int i = 0; i < operations; i++) {
            PathBytes path = PathBytes.of(PATHS.get(random.nextInt(PATHS.size())));
            int operation = random.nextInt(6);
            int permissions = random.nextInt(07777);
            int owner = random.nextInt(3);
            Optional<FileStatus> parent = tree.status(path.parent());
            if (parent.isEmpty() || !parent.get().isDirectory()) {
                continue;
            }
            Optional<FileStatus> there = tree.status(path);
            if (operation == 5 && there.isEmpty()) {
                continue;
            }
            if (operation != 5 && there.isPresent()) {
                tree.remove(path);
            }
            Attributes attributes = Workshop.owned(permissions, owner, owner);
            switch (operation) {
                case 0 -> tree.makeDirectory(path, attributes);
                case 1 -> tree.writeFile(path, attributes, new ByteArrayInputStream(new byte[random.nextInt(9)]));
                case 2 -> tree.symlink(path, attributes, "some/where".getBytes());
                case 3 -> tree.makeNode(path, attributes, FileType.CHARACTER_DEVICE, 1, 3);
                case 4 -> {}
                default -> {
                    if (there.get().type() != FileType.SYMLINK) {
                        tree.setAttributes(path, attributes);
                    }
                }
            }
            written.removeIf(other -> other.startsWith(path));
            if (operation != 5 || there.get().type() != FileType.SYMLINK) {
                written.add(path);
            }
            if (operation != 5) {
                tree.setAttributes(path.parent(), Attributes.of(parent.get()));
            }
        }
        return written;
    }
}
