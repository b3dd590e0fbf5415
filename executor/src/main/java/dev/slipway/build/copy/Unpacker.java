package dev.slipway.build.copy;

import dev.slipway.archive.Compression;
import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarReader;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.Attributes;
import dev.slipway.rootfs.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Unpacks what ADD recognises as a tar archive by its content (spec: ADD archives). The destination becomes a directory
 * and is the root for everything in the archive; an entry replaces what is in its place, but for a directory that meets
 * one.
 */
final class Unpacker {
    private static final int IMPLIED_DIRECTORY = 0755;

    private final Target target;
    private final CopyRules rules;
    private final Map<PathBytes, Attributes> directories = new LinkedHashMap<>();

    Unpacker(Target target, CopyRules rules) {
        this.target = target;
        this.rules = rules.withoutMode();
    }

    /** Unpacks a file, or tells that it is no archive and leaves everything as it was. */
    boolean unpack(CopySource source, PathBytes file, String destination) throws IOException, CopyException {
        if (!isArchive(source.tree(), file)) {
            return false;
        }
        PathBytes root = TreePaths.resolve(target.tree(), TreePaths.clean(destination));
        target.makeDirectories(root, rules);
        try (InputStream in = open(source.tree(), file)) {
            TarReader reader = new TarReader(in);
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                extract(root, entry.get(), reader);
            }
            reader.drain();
        } catch (IOException e) {
            throw new CopyException(
                    FailureClass.BUILD,
                    "can't unpack \"/%s\" of %s to \"%s\": %s; check the archive, or copy it as it is with --unpack=false"
                            .formatted(file, source.place(), destination, e.getMessage()),
                    e);
        }
        for (Map.Entry<PathBytes, Attributes> directory : directories.entrySet()) {
            target.finishDirectory(directory.getKey(), directory.getValue());
        }
        return true;
    }

    private static boolean isArchive(FileTree tree, PathBytes file) {
        try (InputStream in = open(tree, file)) {
            return new TarReader(in).next().isPresent();
        } catch (IOException noArchive) {
            return false;
        }
    }

    private static InputStream open(FileTree tree, PathBytes file) throws IOException {
        InputStream raw = tree.openRead(file);
        try {
            Compression.Detected detected = Compression.detect(raw);
            return detected.compression().decompressIgnoringRest(detected.stream());
        } catch (IOException e) {
            try (raw) { // its failure is not lost
                throw e;
            }
        }
    }

    private void extract(PathBytes root, TarEntry entry, TarReader reader) throws IOException, CopyException {
        PathBytes name = clean(entry.name());
        if (name.isEmpty()) {
            return;
        }
        PathBytes parent = TreePaths.resolve(target.tree(), root, name.parent());
        makeImplied(root, parent);
        PathBytes path = root.resolve(parent).resolve(name.name());
        Optional<FileStatus> there = target.tree().status(path);
        boolean merges = TreePaths.isDirectory(there) && isDirectory(entry);
        if (there.isPresent() && !merges) {
            target.removeAll(path);
            directories.keySet().removeIf(directory -> directory.startsWith(path));
        }
        Attributes attributes = attributes(entry);
        switch (entry.type()) {
            case DIRECTORY -> {
                if (!merges) {
                    target.makeDirectory(path, attributes);
                }
                directories.remove(path);
                directories.put(path, attributes);
            }
            case FILE -> target.writeFile(path, attributes, reader.content());
            case SYMLINK -> target.symlink(path, attributes, entry.linkName());
            case HARD_LINK -> target.hardLink(path, existing(root, entry));
            case CHARACTER_DEVICE ->
                target.makeNode(path, attributes, FileType.CHARACTER_DEVICE, entry.deviceMajor(), entry.deviceMinor());
            case BLOCK_DEVICE ->
                target.makeNode(path, attributes, FileType.BLOCK_DEVICE, entry.deviceMajor(), entry.deviceMinor());
            case FIFO -> target.makeNode(path, attributes, FileType.FIFO, 0, 0);
        }
    }

    private PathBytes existing(PathBytes root, TarEntry entry) throws IOException, CopyException {
        PathBytes name = clean(entry.linkName());
        PathBytes parent = TreePaths.resolve(target.tree(), root, name.parent());
        PathBytes path = root.resolve(parent).resolve(name.name());
        Optional<FileStatus> there = target.tree().status(path);
        if (there.isEmpty() || there.get().isDirectory()) {
            throw new IOException("entry \"%s\" is a hard link to \"%s\", which %s"
                    .formatted(
                            entry.displayName(),
                            PathBytes.of(entry.linkName()),
                            there.isEmpty() ? "isn't there" : "is a directory, and a directory has one name only"));
        }
        return path;
    }

    private void makeImplied(PathBytes root, PathBytes relative) throws IOException {
        PathBytes current = root;
        for (PathBytes component : relative.components()) {
            current = current.resolve(component);
            Optional<FileStatus> there = target.tree().status(current);
            if (there.isEmpty()) {
                target.makeDirectory(
                        current,
                        new Attributes(
                                IMPLIED_DIRECTORY,
                                0,
                                0,
                                rules.created().getEpochSecond(),
                                rules.created().getNano(),
                                Optional.empty()));
            } else if (there.get().type() != FileType.DIRECTORY) {
                throw new IOException("\"/%s\" is in the way: it is a %s, no directory"
                        .formatted(current, TreeCopy.word(there.get().type())));
            }
        }
    }

    private Attributes attributes(TarEntry entry) {
        Owner owner = rules.owner().orElse(new Owner((int) entry.uid(), (int) entry.gid()));
        return new Attributes(
                entry.permissions(),
                owner.uid(),
                owner.gid(),
                entry.modified().getEpochSecond(),
                entry.modified().getNano(),
                entry.xattrs().value("security.capability"));
    }

    private static boolean isDirectory(TarEntry entry) {
        return switch (entry.type()) {
            case DIRECTORY -> true;
            case FILE, HARD_LINK, SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> false;
        };
    }

    /** A name of the archive below the destination: what would climb out of it ends there. */
    private static PathBytes clean(byte[] name) {
        PathBytes clean = PathBytes.EMPTY;
        for (PathBytes component : PathBytes.of(name).components()) {
            if (!component.endsInDots()) {
                clean = clean.resolve(component);
            } else if (component.length() == 2) {
                clean = clean.parent();
            }
        }
        return clean;
    }
}
