package dev.slipway.posix;

/** What kind of file an inode is; {@code S_IFMT} of inode(7). */
public enum FileType {
    REGULAR(0100000, 8),
    DIRECTORY(0040000, 4),
    SYMLINK(0120000, 10),
    CHARACTER_DEVICE(0020000, 2),
    BLOCK_DEVICE(0060000, 6),
    FIFO(0010000, 1),
    SOCKET(0140000, 12);

    private static final FileType[] ALL = values();

    private final int modeBits;
    private final int directoryEntryType;

    FileType(int modeBits, int directoryEntryType) {
        this.modeBits = modeBits;
        this.directoryEntryType = directoryEntryType;
    }

    /** The bits of {@code st_mode} that say this type. */
    public int modeBits() {
        return modeBits;
    }

    public boolean isDevice() {
        return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }

    static FileType ofMode(int mode) {
        for (FileType type : ALL) {
            if ((mode & 0170000) == type.modeBits) {
                return type;
            }
        }
        throw new IllegalStateException("a file mode of no known type: 0" + Integer.toOctalString(mode));
    }

    static FileType ofDirectoryEntry(int type) {
        for (FileType known : ALL) {
            if (type == known.directoryEntryType) {
                return known;
            }
        }
        throw new IllegalStateException("a directory entry of no known type: " + type);
    }
}
