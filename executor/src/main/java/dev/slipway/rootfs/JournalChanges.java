package dev.slipway.rootfs;

import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.scan.Change;
import dev.slipway.rootfs.scan.Comparison;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a journal says of a layer: for each path that was touched, whether it enters and how. */
final class JournalChanges {
    private JournalChanges() {}

    /**
     * @param before what was at each path
     * @param written paths that enter whether they came out as they were or not
     */
    static List<Change> of(FileTree tree, Map<PathBytes, Optional<FileStatus>> before, Set<PathBytes> written)
            throws IOException {
        Set<PathBytes> paths = new TreeSet<>(before.keySet());
        paths.addAll(written);
        List<Change> changes = new ArrayList<>();
        Map<PathBytes, Boolean> directories = new HashMap<>();
        for (PathBytes path : paths) {
            if (!path.isEmpty() && !isDirectory(tree, path.parent(), directories)) {
                continue;
            }
            Optional<FileStatus> then = before.getOrDefault(path, Optional.empty());
            Optional<FileStatus> now = tree.status(path).filter(status -> status.type() != FileType.SOCKET);
            if (now.isEmpty()) {
                if (then.isPresent()) {
                    changes.add(new Change(path, true));
                }
            } else if (written.contains(path) || isChanged(path, then, now.get())) {
                changes.add(new Change(path, false));
            }
        }
        return changes;
    }

    /**
     * Whether the path still leads through directories only. A command may have put a link in the place of one since:
     * what lies behind that is another path's.
     */
    private static boolean isDirectory(FileTree tree, PathBytes path, Map<PathBytes, Boolean> known)
            throws IOException {
        if (path.isEmpty()) {
            return true;
        }
        Boolean answer = known.get(path);
        if (answer == null) {
            answer = isDirectory(tree, path.parent(), known)
                    && tree.status(path).filter(FileStatus::isDirectory).isPresent();
            known.put(path, answer);
        }
        return answer;
    }

    private static boolean isChanged(PathBytes path, Optional<FileStatus> then, FileStatus now) {
        if (then.isEmpty()) {
            return true;
        }
        if (path.isEmpty()) {
            return !Comparison.isSameRoot(then.get(), now);
        }
        // What was written anew holds other bytes, whatever else is as it was; of a directory nothing else is told.
        return !Comparison.isSame(then.get(), now) || (!now.isDirectory() && !Comparison.isUntouched(then.get(), now));
    }
}
