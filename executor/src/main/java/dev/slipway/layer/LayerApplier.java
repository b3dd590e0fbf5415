package dev.slipway.layer;

import static java.util.Objects.requireNonNull;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.ExtendedAttributes;
import dev.slipway.posix.FileType;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Applies layers to a directory, decompressing and verifying them on the way (OCI image spec, "Applying Changesets").
 * Whiteouts concern lower layers only, wherever in the layer they stand. Nothing that a layer holds leads out of the
 * directory. A directory in which applying failed holds a part of the layer and is to be thrown away.
 *
 * <p>Checksums of contents and attributes are handed to a {@link ChecksumListener} in passing, under the paths where
 * files really lie: a {@link ContentIndex} filled by all layers of an image, in their order, knows everything that is
 * there in the end. It is kept by path and not by inode, as the scan that asks it goes by paths.
 */
public final class LayerApplier {
    private final Directory root;
    private final ApplyMode mode;
    private final ChecksumListener listener;
    private final Reserved reserved;

    public LayerApplier(Directory root, ApplyMode mode) {
        this(root, mode, ChecksumListener.NONE);
    }

    public LayerApplier(Directory root, ApplyMode mode, ChecksumListener listener) {
        this(root, mode, listener, Reserved.NOTHING);
    }

    /** @param reserved what no layer changes: its entries there are left out */
    public LayerApplier(Directory root, ApplyMode mode, ChecksumListener listener, Reserved reserved) {
        this.root = requireNonNull(root, "root is null");
        this.mode = requireNonNull(mode, "mode is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.reserved = requireNonNull(reserved, "reserved is null");
    }

    /** Applies a blob of a store. One that turns out not to be what its digest says is a {@link LayerException}. */
    public AppliedLayer apply(Blob blob, Descriptor descriptor, DiffId diffId) throws IOException {
        try (InputStream in = blob.openStream()) {
            return apply(in, descriptor, diffId);
        }
    }

    /** Applies a layer as it arrives, and verifies both its digests; the stream stays open. */
    public AppliedLayer apply(InputStream blob, Descriptor descriptor, DiffId diffId) throws IOException {
        try (LayerStream stream = LayerStream.open(new KeptOpen(blob), descriptor, Optional.of(diffId));
                Application application = new Application()) {
            try {
                application.run(new LayerReader(stream));
            } catch (IOException e) {
                throw named(descriptor, stream.explain(e));
            }
            stream.verify();
            return application.result(stream.unpackedBytes());
        }
    }

    /** What decompresses holds memory outside of the heap until it is closed, and closes what it reads from. */
    private static final class KeptOpen extends FilterInputStream {
        KeptOpen(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }

    private static IOException named(Descriptor descriptor, IOException e) {
        return e instanceof LayerException known && known.damagedBlob().isEmpty()
                ? known.at("layer " + descriptor.digest().abbreviated())
                : e;
    }

    /** One layer being applied. */
    private final class Application implements AutoCloseable {
        private final LayerTree tree = new LayerTree(root, mode, reserved);
        private final FileWriter files = new FileWriter(!Objects.equals(listener, ChecksumListener.NONE));
        private final Set<String> skippedXattrs = new TreeSet<>();
        private long entries;

        Application() throws IOException {}

        AppliedLayer result(long uncompressedBytes) {
            return new AppliedLayer(entries, uncompressedBytes, tree.impliedDirectories(), skippedXattrs);
        }

        void run(LayerReader reader) throws IOException {
            for (Optional<LayerEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
                LayerEntry entry = next.get();
                try {
                    if (!isLeftOut(entry)) {
                        apply(entry);
                    }
                } catch (PosixException e) {
                    throw PosixFailures.explain(entry.path(), e);
                } catch (LayerException e) {
                    throw e.at("entry \"" + entry.path() + "\"");
                }
                entries++;
            }
            tree.setTimes();
        }

        private boolean isLeftOut(LayerEntry entry) throws IOException {
            PathBytes path = entry.path();
            if (reserved.covers(path)) {
                return true;
            }
            if (!(entry instanceof LayerEntry.Addition)) {
                return false;
            }
            if (entry instanceof LayerEntry.Directory || !reserved.isAbove(path)) {
                reserved.made(entry instanceof LayerEntry.Directory ? path : path.parent());
                return false;
            }
            tree.enter(path.parent());
            byte[] target = entry instanceof LayerEntry.Symlink link ? link.target() : new byte[0];
            return !reserved.makeWay(path, target);
        }

        private void apply(LayerEntry entry) throws IOException {
            switch (entry) {
                case LayerEntry.Whiteout whiteout -> remove(whiteout);
                case LayerEntry.Opaque opaque -> empty(opaque);
                case LayerEntry.Directory directory -> make(directory);
                case LayerEntry.HardLink link -> link(link);
                case LayerEntry.File file -> {
                    LayerTree.Frame parent = tree.enter(file.path().parent());
                    PathBytes name = file.path().name();
                    try (OpenFile out = create(parent, name)) {
                        files.write(file, out);
                        out.setOwner((int) file.attributes().uid(), (int)
                                file.attributes().gid());
                        out.setPermissions(file.attributes().permissions());
                        setXattrs(parent.directory().xattrs(name), file.attributes());
                        out.setModified(
                                file.attributes().modified().getEpochSecond(),
                                file.attributes().modified().getNano());
                    }
                    wrote(parent, file, files.checksum());
                }
                case LayerEntry.Symlink link -> {
                    LayerTree.Frame parent = makeRoom(link);
                    parent.directory().makeSymbolicLink(link.path().name(), link.target());
                    setOwner(parent, link);
                    finish(parent, link);
                }
                case LayerEntry.Device device -> {
                    LayerTree.Frame parent = makeRoom(device);
                    parent.directory()
                            .makeNode(
                                    device.path().name(),
                                    device.isBlock() ? FileType.BLOCK_DEVICE : FileType.CHARACTER_DEVICE,
                                    0600,
                                    device.major(),
                                    device.minor());
                    setOwnerAndPermissions(parent, device);
                    finish(parent, device);
                }
                case LayerEntry.Fifo fifo -> {
                    LayerTree.Frame parent = makeRoom(fifo);
                    parent.directory().makeNode(fifo.path().name(), FileType.FIFO, 0600, 0, 0);
                    setOwnerAndPermissions(parent, fifo);
                    finish(parent, fifo);
                }
            }
        }

        /** Nearly always nothing is there, so that isn't asked first. */
        private OpenFile create(LayerTree.Frame parent, PathBytes name) throws IOException {
            tree.change(parent);
            try {
                return parent.directory().createFile(name, 0600);
            } catch (PosixException e) {
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
                tree.clear(parent, name);
                return parent.directory().createFile(name, 0600);
            }
        }

        private LayerTree.Frame makeRoom(LayerEntry entry) throws IOException {
            LayerTree.Frame parent = tree.enter(entry.path().parent());
            tree.change(parent);
            tree.clear(parent, entry.path().name());
            return parent;
        }

        private void make(LayerEntry.Directory entry) throws IOException {
            EntryAttributes attributes = entry.attributes();
            if (entry.path().isEmpty()) {
                LayerTree.Frame top = tree.enter(PathBytes.EMPTY);
                tree.describeRoot();
                setOwnerAndPermissions(top, entry);
                setXattrs(top.directory().xattrs(PathBytes.EMPTY), attributes);
                tree.setTimeLater(PathBytes.EMPTY, attributes.modified());
                return;
            }
            LayerTree.Frame parent = tree.enter(entry.path().parent());
            PathBytes name = entry.path().name();
            boolean existed = tree.makeDirectory(parent, name);
            setOwnerAndPermissions(parent, entry);
            ExtendedAttributes xattrs = parent.directory().xattrs(name);
            if (existed) {
                removeOtherXattrs(xattrs, attributes);
            }
            setXattrs(xattrs, attributes);
            tree.setTimeLater(parent.path().resolve(name), attributes.modified());
            wrote(parent, entry, 0);
        }

        private void link(LayerEntry.HardLink entry) throws IOException {
            LayerTree.Frame targetParent = tree.find(entry.target().parent()).orElseThrow(() -> missingTarget(entry));
            PathBytes target = targetParent.path().resolve(entry.target().name());
            var status = targetParent.directory().statusIfPresent(entry.target().name());
            if (status.isEmpty() || status.get().isDirectory()) {
                throw missingTarget(entry);
            }
            LayerTree.Frame parent = tree.enter(entry.path().parent());
            PathBytes path = parent.path().resolve(entry.path().name());
            if (path.equals(target)) {
                throw new LayerException(LayerException.Kind.LAYER, "it is a hard link to itself");
            }
            makeRoom(entry);
            root.makeHardLink(target, path);
            tree.wrote(path);
            listener.hardLink(path, target);
        }

        private static LayerException missingTarget(LayerEntry.HardLink entry) {
            return new LayerException(
                    LayerException.Kind.LAYER,
                    "it is a hard link to \"" + entry.target() + "\", which is no file at that point");
        }

        private void remove(LayerEntry.Whiteout whiteout) throws IOException {
            PathBytes name = whiteout.path().name();
            if (!mode.isOverlay()) {
                Optional<LayerTree.Frame> parent = tree.find(whiteout.path().parent());
                if (parent.isPresent()) {
                    tree.removeLower(parent.get(), name);
                }
                return;
            }
            LayerTree.Frame parent = tree.enter(whiteout.path().parent());
            var status = parent.directory().statusIfPresent(name);
            if (status.isEmpty() && !tree.isHidden()) {
                tree.change(parent);
                parent.directory().makeNode(name, FileType.CHARACTER_DEVICE, 0, 0, 0);
            } else if (status.isPresent() && status.get().isDirectory()) {
                tree.makeOpaque(parent, name);
            }
        }

        private void empty(LayerEntry.Opaque opaque) throws IOException {
            if (mode.isOverlay()) {
                tree.makeOpaque(tree.enter(opaque.path()), PathBytes.EMPTY);
                return;
            }
            Optional<LayerTree.Frame> directory = tree.find(opaque.path());
            if (directory.isPresent()) {
                tree.change(directory.get());
                tree.removeLowerIn(directory.get().directory(), directory.get().path());
            }
        }

        private void finish(LayerTree.Frame parent, LayerEntry.Addition entry) throws IOException {
            PathBytes name = entry.path().name();
            setXattrs(parent.directory().xattrs(name), entry.attributes());
            parent.directory()
                    .setModified(
                            name,
                            entry.attributes().modified().getEpochSecond(),
                            entry.attributes().modified().getNano());
            wrote(parent, entry, 0);
        }

        private void wrote(LayerTree.Frame parent, LayerEntry.Addition entry, long content) {
            PathBytes real = parent.path().resolve(entry.path().name());
            tree.wrote(real);
            if (files.takesChecksums()) {
                listener.file(
                        real,
                        new ChecksumListener.Checksums(
                                content, LayerXattrs.checksum(entry.attributes().xattrs())));
            }
        }

        private static void setOwner(LayerTree.Frame parent, LayerEntry.Addition entry) throws IOException {
            EntryAttributes attributes = entry.attributes();
            parent.directory().setOwner(entry.path().name(), (int) attributes.uid(), (int) attributes.gid());
        }

        /** In this order: a new owner clears setuid and setgid. */
        private static void setOwnerAndPermissions(LayerTree.Frame parent, LayerEntry.Addition entry)
                throws IOException {
            setOwner(parent, entry);
            parent.directory()
                    .setPermissions(entry.path().name(), entry.attributes().permissions());
        }

        private void setXattrs(ExtendedAttributes xattrs, EntryAttributes attributes) throws IOException {
            for (String name : attributes.xattrs().names()) {
                try {
                    xattrs.set(name, attributes.xattrs().value(name).orElseThrow());
                } catch (PosixException e) {
                    if (!e.is(Errno.EOPNOTSUPP) || name.equals(LayerXattrs.CAPABILITY)) {
                        throw PosixFailures.explainXattr(name, e);
                    }
                    skippedXattrs.add(name);
                }
            }
        }

        private void removeOtherXattrs(ExtendedAttributes xattrs, EntryAttributes attributes) throws IOException {
            for (String name : xattrs.names()) {
                if (LayerXattrs.belongInLayer(name)
                        && !attributes.xattrs().names().contains(name)) {
                    xattrs.remove(name);
                }
            }
        }

        @Override
        public void close() {
            tree.close();
        }
    }
}
