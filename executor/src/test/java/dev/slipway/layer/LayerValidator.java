package dev.slipway.layer;

import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarReader;
import dev.slipway.archive.tar.TarType;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds the layers of an image, lowest first, against what the strictest of the readers in use wants: unique names,
 * parents before what is in them, no {@code ./} and no leading slash, hard links to earlier files by relative names,
 * whiteouts of nothing but what lower layers have, no attributes of the host. Every layer that a test produces goes
 * through it; layers of others need not pass.
 */
final class LayerValidator {
    private final TreeSet<PathBytes> lower = new TreeSet<>();

    /** What is wrong with the next layer's tar, entry by entry; nothing if all is well. */
    List<String> check(InputStream tar) throws IOException {
        OneLayer layer = new OneLayer();
        TarReader reader = new TarReader(tar);
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            layer.check(next.get());
        }
        layer.merge();
        return layer.problems;
    }

    private final class OneLayer {
        private final List<String> problems = new ArrayList<>();
        private final Map<PathBytes, TarType> seen = new HashMap<>();
        private final Set<PathBytes> parentsOfSeen = new HashSet<>();
        private final Set<PathBytes> whiteouts = new HashSet<>();
        private final Set<PathBytes> opaque = new HashSet<>();

        void check(TarEntry entry) {
            checkName(entry);
            PathBytes path = PathBytes.of(entry.name());
            for (PathBytes up = path.parent(); !up.isEmpty(); up = up.parent()) {
                if (Whiteouts.isReserved(up.name())) {
                    problem(entry, "lies below a whiteout");
                }
            }
            if (path.name().equals(Whiteouts.OPAQUE)) {
                checkOpaque(entry, path.parent());
            } else if (Whiteouts.isReserved(path.name())) {
                checkWhiteout(entry, path.parent().resolve(Whiteouts.targetOf(path.name())));
            } else {
                checkAddition(entry, isRoot(entry) ? PathBytes.EMPTY : path);
            }
        }

        private void checkName(TarEntry entry) {
            if (isRoot(entry)) {
                return;
            }
            byte[] name = entry.name();
            PathBytes path = PathBytes.of(name);
            int slash = entry.type() == TarType.DIRECTORY ? 1 : 0;
            if (path.length() + slash != name.length || (slash == 1 && name[name.length - 1] != '/')) {
                problem(entry, "has a name with slashes too many or too few");
            }
            checkComponents(entry, path, "its name");
            for (String xattr : entry.xattrs().names()) {
                if (!LayerXattrs.belongInLayer(xattr)) {
                    problem(entry, "carries the attribute " + xattr);
                }
            }
        }

        private static boolean isRoot(TarEntry entry) {
            byte[] name = entry.name();
            return entry.type() == TarType.DIRECTORY && name.length == 2 && name[0] == '.' && name[1] == '/';
        }

        private void checkComponents(TarEntry entry, PathBytes path, String what) {
            for (PathBytes component : path.components()) {
                if (component.endsInDots()) {
                    problem(entry, "has dots in " + what);
                }
            }
        }

        private void checkAddition(TarEntry entry, PathBytes path) {
            if (seen.containsKey(path)) {
                problem(entry, "comes twice");
            }
            if (parentsOfSeen.contains(path)) {
                problem(entry, "comes after something that lies in it");
            }
            if (whiteouts.contains(path)) {
                problem(entry, "is taken away by a whiteout of the same layer");
            }
            noteParents(entry, path);
            if (entry.type() == TarType.HARD_LINK) {
                checkHardLink(entry);
            }
            seen.put(path, entry.type());
        }

        private void noteParents(TarEntry entry, PathBytes path) {
            for (PathBytes up = path.parent(); !path.isEmpty(); up = up.parent()) {
                TarType type = seen.get(up);
                if (type != null && type != TarType.DIRECTORY) {
                    problem(entry, "lies in \"" + up + "\", which is no directory");
                }
                parentsOfSeen.add(up);
                if (up.isEmpty()) {
                    return;
                }
            }
        }

        private void checkHardLink(TarEntry entry) {
            byte[] linkName = entry.linkName();
            PathBytes target = PathBytes.of(linkName);
            if (target.length() != linkName.length) {
                problem(entry, "has a link name with slashes too many");
            }
            checkComponents(entry, target, "its link name");
            TarType type = seen.get(target);
            if (type == null || type == TarType.DIRECTORY || type == TarType.HARD_LINK) {
                problem(entry, "is a hard link to \"" + target + "\", which is no file that came before");
            }
        }

        private void checkOpaque(TarEntry entry, PathBytes directory) {
            if (seen.get(directory) != TarType.DIRECTORY) {
                problem(entry, "stands in a directory that did not come before");
            }
            if (parentsOfSeen.contains(directory)) {
                problem(entry, "comes after something that lies in its directory");
            }
            if (!opaque.add(directory)) {
                problem(entry, "comes twice");
            }
            checkMark(entry);
            noteParents(entry, directory.resolve(Whiteouts.OPAQUE));
        }

        private void checkWhiteout(TarEntry entry, PathBytes target) {
            if (target.equals(PathBytes.of(entry.name()).parent())) {
                problem(entry, "is a whiteout of nothing");
            } else if (!lower.contains(target)) {
                problem(entry, "takes away what no lower layer has");
            }
            if (seen.containsKey(target)) {
                problem(entry, "takes away what the same layer puts there");
            }
            for (PathBytes up = target.parent(); ; up = up.parent()) {
                if (whiteouts.contains(up) || opaque.contains(up)) {
                    problem(entry, "takes away what went with \"" + up + "\"");
                }
                if (up.isEmpty()) {
                    break;
                }
            }
            if (!whiteouts.add(target)) {
                problem(entry, "comes twice");
            }
            checkMark(entry);
            noteParents(entry, target);
        }

        private void checkMark(TarEntry entry) {
            if (entry.type() != TarType.FILE || entry.sizeBytes() != 0) {
                problem(entry, "is a mark, but no empty file");
            }
        }

        private void problem(TarEntry entry, String what) {
            problems.add("\"" + entry.displayName() + "\" " + what);
        }

        /** Makes this layer a lower one of the next. */
        void merge() {
            whiteouts.forEach(this::removeTree);
            opaque.forEach(directory -> lower.removeIf(path -> path.startsWith(directory) && !path.equals(directory)));
            seen.forEach((path, type) -> {
                if (type != TarType.DIRECTORY) {
                    removeTree(path);
                }
            });
            lower.addAll(seen.keySet());
        }

        private void removeTree(PathBytes top) {
            lower.remove(top);
            // Everything below begins with the path and a slash, and lies between it and the path with the next byte.
            byte[] first = Arrays.copyOf(top.toByteArray(), top.length() + 1);
            first[top.length()] = '/' + 1;
            lower.tailSet(top, false).headSet(PathBytes.of(first), false).removeIf(path -> path.startsWith(top));
        }
    }
}
