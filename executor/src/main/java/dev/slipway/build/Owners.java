package dev.slipway.build;

import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.Owner;
import dev.slipway.build.copy.TreePaths;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Whom {@code --chown} and a WORKDIR's USER name (spec: {@code --chown}). A user alone brings its group, a number alone
 * is both, and an empty group behind a colon is 0; an unknown name counts as 0, with a warning.
 */
final class Owners {
    private static final int LARGEST_FILE = 16 << 20;

    private Owners() {}

    /** The owner that a flag names, names looked up in the stage's own files. */
    static Owner of(String flag, InstructionSource source, StageState state, boolean linked)
            throws IOException, CopyException {
        int colon = flag.indexOf(':');
        String user = colon < 0 ? flag : flag.substring(0, colon);
        String group = colon < 0 ? "" : flag.substring(colon + 1);
        Optional<Integer> uid = number(user);
        Optional<Integer> gid = number(group);
        boolean needsNames = (uid.isEmpty() && !user.isEmpty()) || (gid.isEmpty() && !group.isEmpty());
        if (needsNames && (linked || state.isBare())) {
            throw new CopyException(
                    FailureClass.BUILD,
                    "\"%s\" is a name, but there are no names %s; give numbers"
                            .formatted(flag, linked ? "under --link, which doesn't look at the image" : "on scratch"));
        }
        Accounts accounts = needsNames ? accounts(state.tree()) : Accounts.NONE;
        int ownUid = uid.or(() -> accounts.user(user).map(Accounts.User::uid)).orElse(0);
        int ownGid = uid.or(() -> accounts.user(user).map(Accounts.User::gid)).orElse(0);
        warnOfUnknown(user, uid.isEmpty() && accounts.user(user).isEmpty(), "user", source, state);
        if (group.isEmpty()) {
            return new Owner(ownUid, colon < 0 ? ownGid : 0);
        }
        warnOfUnknown(group, gid.isEmpty() && accounts.group(group).isEmpty(), "group", source, state);
        int named = gid.or(() -> accounts.group(group).map(Accounts.Group::gid)).orElse(ownGid);
        return new Owner(ownUid, named);
    }

    /** Whom a directory belongs to that WORKDIR makes. */
    static Optional<Owner> ofUser(InstructionSource source, StageState state) throws IOException, CopyException {
        String user = state.container().user();
        return user.isEmpty() ? Optional.empty() : Optional.of(of(user, source, state, false));
    }

    /** The users and groups of a tree; none where the files are missing. */
    static Accounts accounts(FileTree tree) throws IOException, CopyException {
        return Accounts.parse(read(tree, "etc/passwd"), read(tree, "etc/group"));
    }

    private static byte[] read(FileTree tree, String path) throws IOException, CopyException {
        PathBytes resolved = TreePaths.resolve(tree, PathBytes.of(path));
        Optional<FileStatus> status = tree.status(resolved);
        if (status.isEmpty() || !status.get().isRegular()) {
            return new byte[0];
        }
        try (InputStream in = tree.openRead(resolved)) {
            return in.readNBytes(LARGEST_FILE);
        }
    }

    /** BuildKit takes the name of root for 0 without looking, and a number beyond 31 bits for a name. */
    private static Optional<Integer> number(String text) {
        return text.equals("root") ? Optional.of(0) : Accounts.id(text).filter(id -> id >= 0);
    }

    private static void warnOfUnknown(
            String name, boolean unknown, String kind, InstructionSource source, StageState state) {
        if (unknown && !name.isEmpty()) {
            state.session()
                    .progress()
                    .warn("%s: the image has no %s \"%s\"; 0 is taken, as BuildKit does"
                            .formatted(Locations.of(source), kind, name));
        }
    }
}
