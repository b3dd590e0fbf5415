package dev.slipway.posix;

/**
 * What statx(2) says of one inode. Nothing here was followed.
 *
 * @param type what kind of file it is
 * @param permissions the lower twelve bits of the mode, setuid, setgid and sticky among them
 * @param uid the owner
 * @param gid the group
 * @param sizeBytes the size; of a link the length of its target
 * @param mtimeSeconds when the contents changed, in seconds since 1970
 * @param mtimeNanos the nanoseconds of that second
 * @param ctimeSeconds when anything changed: the kernel alone sets it
 * @param ctimeNanos the nanoseconds of that second
 * @param inode the inode's number on its device
 * @param device the device that holds the file, as major &lt;&lt; 32 | minor
 * @param rdevMajor the major number of a device node
 * @param rdevMinor the minor number of a device node
 * @param links how many names the inode has
 * @param mountId which mount it was reached through
 * @param blocks how many 512-byte blocks are allocated: fewer than the size asks for if the file has holes
 */
public record FileStatus(
        FileType type,
        int permissions,
        int uid,
        int gid,
        long sizeBytes,
        long mtimeSeconds,
        int mtimeNanos,
        long ctimeSeconds,
        int ctimeNanos,
        long inode,
        long device,
        int rdevMajor,
        int rdevMinor,
        long links,
        long mountId,
        long blocks) {

    public boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    public boolean isRegular() {
        return type == FileType.REGULAR;
    }

    public boolean isSymlink() {
        return type == FileType.SYMLINK;
    }

    /** The owner as the unsigned number that tar and /etc/passwd know. */
    public long unsignedUid() {
        return Integer.toUnsignedLong(uid);
    }

    /** The group as the unsigned number that tar and /etc/group know. */
    public long unsignedGid() {
        return Integer.toUnsignedLong(gid);
    }

    public boolean isSameFile(FileStatus other) {
        return inode == other.inode && device == other.device;
    }

    /** Whether these are the mark that overlayfs calls a whiteout: a character device 0/0. */
    public boolean isOverlayWhiteout() {
        return type == FileType.CHARACTER_DEVICE && rdevMajor == 0 && rdevMinor == 0;
    }
}
