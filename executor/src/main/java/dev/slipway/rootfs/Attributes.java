package dev.slipway.rootfs;

import dev.slipway.posix.FileStatus;
import java.util.Optional;

/**
 * What a path has besides its content.
 *
 * @param permissions the lower twelve bits of the mode
 * @param capability the value of {@code security.capability}; none clears it
 */
public record Attributes(
        int permissions, int uid, int gid, long mtimeSeconds, int mtimeNanos, Optional<byte[]> capability) {

    /** The setgid bit: what is made in such a directory belongs to its group. */
    public static final int SET_GROUP_ID = 02000;

    /** Those of something that is there, without a capability. */
    public static Attributes of(FileStatus status) {
        return new Attributes(
                status.permissions(),
                status.uid(),
                status.gid(),
                status.mtimeSeconds(),
                status.mtimeNanos(),
                Optional.empty());
    }

    public Attributes withTime(long seconds, int nanos) {
        return new Attributes(permissions, uid, gid, seconds, nanos, capability);
    }

    public Attributes withPermissions(int other) {
        return new Attributes(other, uid, gid, mtimeSeconds, mtimeNanos, capability);
    }
}
