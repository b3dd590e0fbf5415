package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Files and directories of ours that are in a root for as long as a command runs, and what it writes there is kept. */
final class LentFiles {
    private static final int SEARCHABLE = 0111;

    private final Directory root;
    private final Path scratch;
    private final Consumer<Undo> undos;

    /**
     * @param scratch the directory of ours whose parents others may enter or not, as it is settled for all builds
     * @param undos gets what takes back each step of several, so that it is known when the next one fails
     */
    LentFiles(Directory root, Path scratch, Consumer<Undo> undos) {
        this.root = root;
        this.scratch = scratch;
        this.undos = undos;
    }

    /**
     * A socket listens wherever it is moved to. Across file systems there is a link to it, and our directories above it
     * let users other than root through for as long.
     */
    Undo lendSocket(Path parent, PathBytes name, PathBytes place) throws IOException {
        try (Directory from = Directory.open(parent)) {
            from.rename(name, root, place);
            return () -> {
                try (Directory back = Directory.open(parent)) {
                    if (root.statusIfPresent(place).isPresent()) {
                        root.rename(place, back, name);
                    }
                }
            };
        } catch (PosixException e) {
            if (!e.is(Errno.EXDEV)) {
                throw e;
            }
        }
        root.makeSymbolicLink(place, parent.resolve(name.toUtf8()).toString().getBytes(UTF_8));
        for (Path directory : onTheWay(parent)) {
            letThrough(directory).ifPresent(undos);
        }
        return () -> {};
    }

    /** Up to the build's own directory, which the scratch directory is in, too; who may enter those above is settled. */
    private List<Path> onTheWay(Path parent) {
        List<Path> directories = new ArrayList<>();
        Path directory = parent;
        while (!scratch.startsWith(directory)) {
            directories.add(directory);
            directory = Optional.ofNullable(directory.getParent()).orElseThrow();
        }
        directories.add(directory);
        return directories;
    }

    private static Optional<Undo> letThrough(Path path) throws IOException {
        Path outer = Optional.ofNullable(path.getParent()).orElse(path);
        PathBytes name = PathBytes.of(String.valueOf(path.getFileName()));
        try (Directory directory = Directory.open(outer)) {
            int permissions = directory.status(name).permissions();
            if ((permissions & SEARCHABLE) == SEARCHABLE) {
                return Optional.empty();
            }
            directory.setPermissions(name, permissions | SEARCHABLE);
            return Optional.of(() -> {
                try (Directory again = Directory.open(outer)) {
                    again.setPermissions(name, permissions);
                }
            });
        }
    }

    /** Moves something of ours into the root until the command has ended; across file systems, by copies both ways. */
    Undo lend(Path parent, PathBytes name, PathBytes place) throws IOException {
        FileStatus lent;
        try (Directory from = Directory.open(parent)) {
            lent = from.status(name);
            try {
                from.rename(name, root, place);
                return () -> {
                    try (Directory back = Directory.open(parent)) {
                        if (isStillThere(place, lent)) {
                            root.rename(place, back, name);
                        } else {
                            makeEmpty(back, name, lent);
                        }
                    }
                };
            } catch (PosixException e) {
                if (!e.is(Errno.EXDEV)) {
                    throw e;
                }
            }
            new DirectoryCopy(from, root).copy(name, place);
        }
        return () -> {
            PathBytes made = unique("new-");
            try (Directory back = Directory.open(parent)) {
                if (isStillThere(place, lent)) {
                    new DirectoryCopy(root, back).copy(place, made);
                } else {
                    makeEmpty(back, made, lent);
                }
                back.removeTree(name);
                back.rename(made, back, name);
            }
        };
    }

    /** A command can remove what it was lent, which it couldn't with a mount, or put a link to anywhere in its place. */
    private boolean isStillThere(PathBytes place, FileStatus lent) throws IOException {
        return root.statusIfPresent(place)
                .filter(now -> now.type() == lent.type())
                .isPresent();
    }

    /** As if the command had only removed what was in it. */
    private static void makeEmpty(Directory back, PathBytes name, FileStatus lent) throws IOException {
        if (lent.isDirectory()) {
            back.makeDirectory(name, lent.permissions());
        } else {
            back.createFile(name, lent.permissions()).close();
        }
        back.setOwner(name, lent.uid(), lent.gid());
        back.setPermissions(name, lent.permissions());
    }

    /** A name that nobody else has. */
    static PathBytes unique(String prefix) {
        return PathBytes.of(
                prefix + HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextLong()));
    }
}
