package dev.slipway.archive.tar;

/** What an entry of a tar archive is; the type flags of POSIX.1-2017 pax, section "ustar Interchange Format". */
public enum TarType {
    FILE('0'),
    HARD_LINK('1'),
    SYMLINK('2'),
    CHARACTER_DEVICE('3'),
    BLOCK_DEVICE('4'),
    DIRECTORY('5'),
    FIFO('6');

    private final char flag;

    TarType(char flag) {
        this.flag = flag;
    }

    char flag() {
        return flag;
    }

    boolean isLink() {
        return this == HARD_LINK || this == SYMLINK;
    }

    boolean isDevice() {
        return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }
}
