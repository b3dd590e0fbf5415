package dev.slipway.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.slipway.posix.PathBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where something is mounted, by /proc/self/mountinfo (proc(5)). */
final class MountTable {
    private static final int PLACE_FIELD = 4;

    private MountTable() {}

    /** All places but the root itself. */
    static List<PathBytes> places(Path mountinfo) throws IOException {
        List<PathBytes> places = new ArrayList<>();
        for (String line : new String(Files.readAllBytes(mountinfo), ISO_8859_1).split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length > PLACE_FIELD) {
                PathBytes place = PathBytes.of(unescaped(fields[PLACE_FIELD]));
                if (!place.isEmpty()) {
                    places.add(place);
                }
            }
        }
        return places;
    }

    /** Blanks, tabs, newlines and backslashes are three octal digits after a backslash. */
    private static byte[] unescaped(String field) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.write(field.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
