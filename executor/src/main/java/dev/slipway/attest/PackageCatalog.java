package dev.slipway.attest;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The software of an image's final filesystem, told from the files of its layers as they stream by: databases of dpkg,
 * apk and rpm, jars, and what npm, pip, Go and Cargo leave. Nothing is kept of a file but the packages that it names.
 *
 * <p>Layers are added from the lowest to the topmost; a file that is replaced or removed takes its packages with it.
 */
public final class PackageCatalog {
    /** Larger databases and lock files are passed over, and said to be. */
    private static final long LARGEST_BYTES = 256L << 20;

    private final Map<String, Found> found = new HashMap<>();
    private final List<String> unread = new ArrayList<>();

    /** What a file tells. */
    sealed interface Found {
        record Packages(List<SoftwarePackage> packages) implements Found {}

        record Release(Distribution distribution) implements Found {}
    }

    /** Reads one kind of file. */
    @FunctionalInterface
    interface Reader {
        List<SoftwarePackage> read(String path, InputStream in) throws IOException;
    }

    private record Kind(Predicate<String> files, Reader reader) {}

    private static final List<Kind> KINDS = List.of(
            new Kind(DebianPackages::isStatus, DebianPackages::read),
            new Kind(AlpinePackages::isDatabase, AlpinePackages::read),
            new Kind(RpmPackages::isDatabase, RpmPackages::read),
            new Kind(JavaArchives::isArchive, JavaArchives::read),
            new Kind(NodePackages::isManifest, NodePackages::read),
            new Kind(PythonPackages::isMetadata, PythonPackages::read),
            new Kind(LockFiles::isLockFile, LockFiles::read),
            new Kind(GoModules::isManifest, GoModules::readManifest));

    /** Whether a file's content tells anything, by its path from the image's root. */
    public static boolean isOfInterest(String path, boolean executable) {
        return executable
                || Distribution.isRelease(path)
                || KINDS.stream().anyMatch(kind -> kind.files().test(path));
    }

    /** A file of the current layer. */
    public void add(String path, long sizeBytes, boolean executable, InputStream in) throws IOException {
        found.remove(path);
        if (Distribution.isRelease(path)) {
            found.put(path, new Found.Release(Distribution.parse(in)));
            return;
        }
        Optional<Kind> kind =
                KINDS.stream().filter(each -> each.files().test(path)).findFirst();
        if (kind.isEmpty() && !executable) {
            return;
        }
        if (kind.isPresent() && sizeBytes > LARGEST_BYTES && !JavaArchives.isArchive(path)) {
            unread.add("/%s has %d bytes, more than is read".formatted(path, sizeBytes));
            return;
        }
        try {
            List<SoftwarePackage> packages =
                    kind.isPresent() ? kind.get().reader().read(path, in) : GoModules.readProgram(path, in);
            if (!packages.isEmpty()) {
                found.put(path, new Found.Packages(packages));
            }
        } catch (MalformedPackagesException malformed) {
            unread.add("/%s: %s".formatted(path, malformed.getMessage()));
        }
    }

    /** Something else has come to be at the path, or nothing: what was there, or below it, is gone. */
    public void remove(String path) {
        String below = path.isEmpty() ? "" : path + "/";
        found.keySet().removeIf(known -> known.equals(path) || known.startsWith(below));
    }

    /** A directory hides what lower layers have below it; {@code kept} is what the current layer has put there. */
    public void removeBelow(String path, Set<String> kept) {
        String below = path.isEmpty() ? "" : path + "/";
        found.keySet().removeIf(known -> known.startsWith(below) && !kept.contains(known));
    }

    /** What could not be read, in words. */
    public List<String> unread() {
        return List.copyOf(unread);
    }

    /** All packages, each once for every file that names it. */
    public SortedSet<SoftwarePackage> packages() {
        Distribution distribution = distribution();
        SortedSet<SoftwarePackage> packages = new TreeSet<>();
        for (Found each : found.values()) {
            if (each instanceof Found.Packages known) {
                known.packages().forEach(one -> packages.add(distribution.of(one)));
            }
        }
        return packages;
    }

    /** Whose image it is, as its os-release says. */
    public Distribution distribution() {
        return List.of("etc/os-release", "usr/lib/os-release").stream()
                .map(found::get)
                .filter(Found.Release.class::isInstance)
                .map(release -> ((Found.Release) release).distribution())
                .findFirst()
                .orElse(Distribution.UNKNOWN);
    }

    static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }
}
