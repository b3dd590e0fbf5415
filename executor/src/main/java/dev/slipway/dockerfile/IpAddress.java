package dev.slipway.dockerfile;

import java.util.List;
import java.util.regex.Pattern;

/** Recognises an IP address as Go's {@code net.ParseIP} does: no zone, no zeros in front, no brackets. */
final class IpAddress {
    private static final Pattern V4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");
    private static final int GROUPS = 8;

    private IpAddress() {}

    static boolean isOne(String text) {
        if (!text.contains(":")) {
            return V4.matcher(text).matches();
        }
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text, true) == GROUPS;
        }
        int before = groups(text.substring(0, gap), false);
        int after = groups(text.substring(gap + 2), true);
        return before >= 0 && after >= 0 && before + after < GROUPS;
    }

    /** How many groups of 16 bits these are, where an address of four bytes at the end stands for two; -1 if they are none. */
    private static int groups(String text, boolean mayEndInV4) {
        if (text.isEmpty()) {
            return 0;
        }
        List<String> groups = List.of(text.split(":", -1));
        int count = 0;
        for (int at = 0; at < groups.size(); at++) {
            if (GROUP.matcher(groups.get(at)).matches()) {
                count++;
            } else if (mayEndInV4
                    && at == groups.size() - 1
                    && V4.matcher(groups.get(at)).matches()) {
                count += 2;
            } else {
                return -1;
            }
        }
        return count;
    }
}
