package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.PathBytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Files of every type, with names of any bytes, in the order of a layer. */
final class RandomLayer {
    private static final byte[] CAPABILITY = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final Random random;
    private final TreeMap<PathBytes, LayerEntry> entries = new TreeMap<>();
    private final List<PathBytes> directories = new ArrayList<>(List.of(PathBytes.EMPTY));
    private final Set<PathBytes> names = new HashSet<>();

    RandomLayer(long seed) {
        random = new Random(seed);
    }

    List<LayerEntry> entries() {
        for (int i = random.nextInt(40); i >= 0; i--) {
            PathBytes path = directories.get(random.nextInt(directories.size())).resolve(name());
            if (path.length() < 1500 && names.add(path)) {
                entries.put(path, entry(path));
            }
        }
        linkSomeFiles();
        return List.copyOf(entries.values());
    }

    private PathBytes name() {
        byte[] name = new byte[random.nextInt(10) == 0 ? 200 + random.nextInt(55) : 1 + random.nextInt(12)];
        for (int i = 0; i < name.length; i++) {
            do {
                name[i] = random.nextInt(4) == 0 ? (byte) random.nextInt() : (byte) ('a' + random.nextInt(26));
            } while (name[i] == 0 || name[i] == '/' || name[i] == '.');
        }
        return PathBytes.of(name);
    }

    private LayerEntry entry(PathBytes path) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> {
                directories.add(path);
                yield new LayerEntry.Directory(path, attributes(true));
            }
            case 2 -> new LayerEntry.Symlink(path, attributes(false).withPermissions(0777), target());
            case 3 -> new LayerEntry.Fifo(path, attributes(false));
            case 4 ->
                new LayerEntry.Device(
                        path,
                        attributes(false),
                        random.nextBoolean(),
                        1 + random.nextInt(300),
                        random.nextInt(1 << 18));
            default -> {
                byte[] content = content();
                yield new LayerEntry.File(path, attributes(true), content.length, FileContent.of(content));
            }
        };
    }

    private byte[] target() {
        return random.nextBoolean()
                ? ("/" + "x/".repeat(random.nextInt(200)) + "..").getBytes(UTF_8)
                : name().toByteArray();
    }

    private byte[] content() {
        byte[] content = new byte[random.nextInt(6) == 0 ? 2_000_000 : random.nextInt(3000)];
        int filled = Math.min(content.length, random.nextInt(70_000) + 1);
        byte[] bytes = new byte[filled];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, content, 0, filled);
        return content;
    }

    private EntryAttributes attributes(boolean withXattrs) {
        Map<String, byte[]> xattrs = new TreeMap<>();
        if (withXattrs && random.nextInt(3) == 0) {
            byte[] value = new byte[random.nextInt(60)];
            random.nextBytes(value);
            xattrs.put("user." + "a=%25b".substring(random.nextInt(5)), value);
            xattrs.put("trusted.t", new byte[] {0});
            if (random.nextBoolean()) {
                xattrs.put("security.capability", CAPABILITY);
            }
        }
        return new EntryAttributes(
                random.nextInt(010000),
                random.nextInt(3) == 0 ? random.nextInt(Integer.MAX_VALUE) : 0,
                random.nextInt(3) == 0 ? 3_000_000_000L : 1000,
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
                Xattrs.of(xattrs));
    }

    /** The first of a file's names is the file, so a link comes later in the order. */
    private void linkSomeFiles() {
        List<LayerEntry> files = entries.values().stream()
                .filter(entry -> entry instanceof LayerEntry.File && random.nextInt(3) == 0)
                .toList();
        for (LayerEntry entry : files) {
            LayerEntry.File file = (LayerEntry.File) entry;
            PathBytes link = directories.get(random.nextInt(directories.size())).resolve(name());
            if (link.compareTo(file.path()) > 0 && names.add(link)) {
                entries.put(link, new LayerEntry.HardLink(link, file.attributes(), file.path()));
            }
        }
    }

    /** Changes of all kinds to what another layer has; every directory on the way to one is mentioned. */
    List<LayerEntry> changesTo(List<LayerEntry> lower) {
        List<PathBytes> known = new ArrayList<>(List.of(PathBytes.EMPTY));
        lower.forEach(entry -> known.add(entry.path()));
        Set<PathBytes> opaque = new HashSet<>();
        for (int i = 0; i < 15; i++) {
            PathBytes path = known.get(random.nextInt(known.size()));
            int change = random.nextInt(4);
            if (change == 0) {
                path = path.resolve(name());
            }
            if (path.isEmpty() || path.length() > 1500 || !mayChange(path)) {
                continue;
            }
            for (PathBytes up = path.parent(); !up.isEmpty(); up = up.parent()) {
                entries.putIfAbsent(up, new LayerEntry.Directory(up, attributes(true)));
            }
            switch (change) {
                case 0, 1 -> {
                    entries.put(path, entry(path));
                    known.add(path);
                }
                case 2 -> entries.put(path, new LayerEntry.Whiteout(path));
                default -> {
                    entries.put(path, new LayerEntry.Directory(path, attributes(true)));
                    opaque.add(path);
                }
            }
        }
        List<LayerEntry> changes = new ArrayList<>();
        for (LayerEntry entry : entries.values()) {
            changes.add(entry);
            if (entry instanceof LayerEntry.Directory && opaque.contains(entry.path())) {
                changes.add(new LayerEntry.Opaque(entry.path()));
            }
        }
        return changes;
    }

    private boolean mayChange(PathBytes path) {
        for (PathBytes up = path.parent(); !up.isEmpty(); up = up.parent()) {
            if (entries.containsKey(up) && !(entries.get(up) instanceof LayerEntry.Directory)) {
                return false;
            }
        }
        return entries.keySet().stream().noneMatch(changed -> changed.startsWith(path));
    }
}
