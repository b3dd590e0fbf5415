package dev.slipway.publish;

import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarException;
import dev.slipway.archive.tar.TarReader;
import dev.slipway.archive.tar.TarType;
import dev.slipway.registry.BlobSource;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The files of a saved image, in a directory or in a tar, which is read in place and never unpacked. */
sealed interface SavedBlobs {

    Optional<Stored> find(String name) throws IOException;

    /** A run of bytes in a file. */
    record Stored(Path file, long from, long sizeBytes) {
        BlobSource source() {
            return this::open;
        }

        private InputStream open(long offset) throws IOException {
            FileChannel channel = FileChannel.open(file);
            channel.position(from + offset);
            return new BufferedInputStream(new Bounded(Channels.newInputStream(channel), sizeBytes - offset));
        }

        byte[] read() throws IOException {
            try (InputStream in = open(0)) {
                return SavedImage.read(in, sizeBytes);
            }
        }
    }

    /** An OCI layout. */
    record InDirectory(Path directory) implements SavedBlobs {
        @Override
        public Optional<Stored> find(String name) throws IOException {
            Path file = directory.resolve(name);
            return Files.isRegularFile(file) ? Optional.of(new Stored(file, 0, Files.size(file))) : Optional.empty();
        }
    }

    /** A tar, whose entries were looked up once. */
    record InTar(Map<String, Stored> entries) implements SavedBlobs {
        static InTar scan(Path file) throws IOException {
            Map<String, Stored> entries = new HashMap<>();
            Map<String, String> links = new HashMap<>();
            try (InputStream in = Files.newInputStream(file)) {
                TarReader tar = new TarReader(in);
                for (Optional<TarEntry> entry = tar.next(); entry.isPresent(); entry = tar.next()) {
                    String name = text(entry.get().name());
                    if (entry.get().type() == TarType.FILE) {
                        entries.put(
                                name,
                                new Stored(
                                        file, tar.contentPosition(), entry.get().sizeBytes()));
                    } else if (entry.get().type() == TarType.SYMLINK
                            || entry.get().type() == TarType.HARD_LINK) {
                        links.put(name, target(name, entry.get()));
                    }
                }
            } catch (TarException broken) {
                throw new SavedImageException(
                        "\"%s\" is no tar that can be read: %s".formatted(file, broken.getMessage()), broken);
            }
            // docker save links to a layer that it has written before.
            links.forEach((name, target) -> {
                Stored stored = entries.get(target);
                if (stored != null) {
                    entries.putIfAbsent(name, stored);
                }
            });
            return new InTar(entries);
        }

        private static String target(String name, TarEntry entry) {
            String target = text(entry.linkName());
            return entry.type() == TarType.HARD_LINK
                    ? target
                    : Path.of("/" + name)
                            .resolveSibling(target)
                            .normalize()
                            .toString()
                            .substring(1);
        }

        private static String text(byte[] name) {
            String text = new String(name, StandardCharsets.UTF_8);
            return text.startsWith("./") ? text.substring(2) : text;
        }

        @Override
        public Optional<Stored> find(String name) {
            return Optional.ofNullable(entries.get(name));
        }
    }

    /** Ends where the run of bytes does. */
    final class Bounded extends FilterInputStream {
        private long left;

        Bounded(InputStream in, long length) {
            super(in);
            left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int read = super.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(Math.min(count, left));
            left -= skipped;
            return skipped;
        }
    }
}
