package dev.slipway.archive;

import dev.slipway.posix.PathBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Names as archives hold them, made into paths relative to the destination: no {@code ./}, no {@code ..}, no slash first. */
public final class ArchivePath {
    private ArchivePath() {}

    /** The path a name means where the destination is the root: {@code ..} at the top stays there, as the kernel has it. */
    public static PathBytes clamped(byte[] name) {
        List<PathBytes> path = new ArrayList<>();
        for (PathBytes component : PathBytes.of(name).components()) {
            if (!component.endsInDots()) {
                path.add(component);
            } else if (component.length() == 2 && !path.isEmpty()) {
                path.removeLast();
            }
        }
        return join(path);
    }

    /** The path a name means below the destination; none if it is absolute or leaves the destination on its way. */
    public static Optional<PathBytes> confined(byte[] name) {
        if (name.length > 0 && name[0] == '/') {
            return Optional.empty();
        }
        return confined(PathBytes.EMPTY, name);
    }

    /** As {@link #confined(byte[])}, for a name that is relative to a directory of the archive. */
    static Optional<PathBytes> confined(PathBytes directory, byte[] name) {
        List<PathBytes> path = new ArrayList<>(directory.components());
        for (PathBytes component : PathBytes.of(name).components()) {
            if (!component.endsInDots()) {
                path.add(component);
            } else if (component.length() == 2) {
                if (path.isEmpty()) {
                    return Optional.empty();
                }
                path.removeLast();
            }
        }
        return Optional.of(join(path));
    }

    /** Whether a name goes up behind another one, as {@code a/..} does and {@code ../a} doesn't. */
    static boolean goesUpFromBelow(byte[] name) {
        boolean below = false;
        for (PathBytes component : PathBytes.of(name).components()) {
            if (!component.endsInDots()) {
                below = true;
            } else if (component.length() == 2 && below) {
                return true;
            }
        }
        return false;
    }

    private static PathBytes join(List<PathBytes> components) {
        PathBytes path = PathBytes.EMPTY;
        for (PathBytes component : components) {
            path = path.resolve(component);
        }
        return path;
    }
}
