package dev.slipway.archive.tar;

import java.util.Arrays;

/**
 * A name as the name and prefix fields of a ustar header hold it.
 *
 * @param fits whether the two fields say the whole name; if not, a PAX record must
 */
record UstarName(byte[] prefix, byte[] name, boolean fits) {
    private static final byte[] NOTHING = {};

    static UstarName of(byte[] whole) {
        if (whole.length <= HeaderBlock.NAME_LENGTH) {
            return new UstarName(NOTHING, whole, true);
        }
        // The slash itself is stored in neither field; a directory's trailing slash must stay with the name.
        int last = Math.min(whole.length - 2, HeaderBlock.PREFIX_LENGTH);
        for (int slash = last; slash > 0; slash--) {
            if (whole[slash] == '/' && whole.length - slash - 1 <= HeaderBlock.NAME_LENGTH) {
                return new UstarName(
                        Arrays.copyOf(whole, slash), Arrays.copyOfRange(whole, slash + 1, whole.length), true);
            }
        }
        return new UstarName(NOTHING, Arrays.copyOf(whole, HeaderBlock.NAME_LENGTH), false);
    }
}
