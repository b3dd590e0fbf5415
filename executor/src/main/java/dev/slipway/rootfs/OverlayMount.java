package dev.slipway.rootfs;

import dev.slipway.layer.ApplyMode;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.Mounts;
import dev.slipway.posix.PosixException;
import dev.slipway.sandbox.MountSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An overlay, mounted in a mount space of ours. Directories are named to the kernel by descriptor, so neither the length
 * of their paths nor the characters in them matter, and 150 layers fit into the page that mount(2) takes where fsconfig(2)
 * has no {@code lowerdir+} (before Linux 6.8).
 */
final class OverlayMount implements AutoCloseable {
    private final MountSpace space;
    private final Path target;
    private final Directory merged;

    private OverlayMount(MountSpace space, Path target, Directory merged) {
        this.space = space;
        this.target = target;
        this.merged = merged;
    }

    /**
     * Mounts lower directories, the uppermost first, below one that takes the changes.
     *
     * @param work an empty directory on the same file system as {@code upper}
     */
    static OverlayMount writable(
            MountSpace space, List<Directory> lowers, Directory upper, Directory work, ApplyMode mode, Path target)
            throws IOException {
        List<String> options = options(mode);
        // The kernel would sync the whole file system at each unmount; nothing of ours needs to survive a crash.
        options.add("volatile");
        return space.call(() -> {
            try {
                mount(lowers, Mounts.pathOf(upper.fd()), Mounts.pathOf(work.fd()), options, target);
            } catch (PosixException e) {
                if (!e.is(Errno.EINVAL)) {
                    throw e;
                }
                // Before Linux 5.10 the option isn't known.
                mount(lowers, Mounts.pathOf(upper.fd()), Mounts.pathOf(work.fd()), options(mode), target);
            }
            return opened(space, target);
        });
    }

    /** Shows at least two directories merged, the uppermost first. */
    static OverlayMount readOnly(MountSpace space, List<Directory> lowers, ApplyMode mode, Path target)
            throws IOException {
        return space.call(() -> {
            mount(lowers, "", "", options(mode), target);
            return opened(space, target);
        });
    }

    private static OverlayMount opened(MountSpace space, Path target) throws IOException {
        try {
            return new OverlayMount(space, target, Directory.open(target));
        } catch (IOException e) {
            Mounts.unmount(target.toString());
            throw e;
        }
    }

    private static List<String> options(ApplyMode mode) {
        List<String> options = new ArrayList<>(List.of("index=off", "metacopy=off", "redirect_dir=nofollow"));
        if (mode == ApplyMode.OVERLAY_USER) {
            options.add("userxattr");
        }
        return options;
    }

    private static void mount(List<Directory> lowers, String upper, String work, List<String> options, Path target)
            throws IOException {
        List<String> paths = distinct(lowers).stream()
                .map(lower -> Mounts.pathOf(lower.fd()))
                .toList();
        try {
            Mounts.overlay(paths, upper, work, options, target.toString());
        } catch (PosixException e) {
            if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOSYS)) {
                throw e;
            }
            String all = (upper.isEmpty() ? "" : "upperdir=" + upper + ",workdir=" + work + ",")
                    + "lowerdir=" + String.join(":", paths)
                    + options.stream().map(option -> "," + option).collect(Collectors.joining());
            Mounts.mount("overlay", target.toString(), "overlay", 0, all);
        }
    }

    /**
     * The kernel takes no directory twice, and layers of the same contents are one directory: steps that change nothing
     * make such. Where it lies uppermost it says all that it says further down.
     */
    private static List<Directory> distinct(List<Directory> lowers) throws IOException {
        List<Directory> distinct = new ArrayList<>();
        Set<List<Long>> seen = new HashSet<>();
        for (Directory lower : lowers) {
            FileStatus status = lower.status();
            if (seen.add(List.of(status.device(), status.inode()))) {
                distinct.add(lower);
            }
        }
        return distinct;
    }

    /** The merged tree; good on every thread until this is closed. */
    Directory merged() {
        return merged;
    }

    @Override
    public void close() throws IOException {
        merged.close();
        space.call(() -> {
            Mounts.unmount(target.toString());
            return target;
        });
    }
}
