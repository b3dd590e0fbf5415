package dev.slipway.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.ExtendedAttributes;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which extended attributes belong to a file's content and which to the machine that holds it. A label of the host's
 * policy and overlayfs's marks never enter or leave a layer: a layer that brought {@code trusted.overlay.redirect} would
 * have the kernel follow it (DESIGN 3.1).
 */
public final class LayerXattrs {
    /** setcap(8)'s attribute. */
    public static final String CAPABILITY = "security.capability";

    private LayerXattrs() {}

    public static boolean belongInLayer(String name) {
        return !name.equals("security.selinux")
                && !name.startsWith("trusted.overlay.")
                && !name.startsWith("user.overlay.");
    }

    /** The attributes of a file that belong in a layer. */
    public static Xattrs read(ExtendedAttributes attributes) throws IOException {
        Map<String, byte[]> values = new TreeMap<>();
        for (String name : attributes.names()) {
            if (belongInLayer(name)) {
                // One that vanishes in between was not there.
                attributes.get(name).ifPresent(value -> values.put(name, value));
            }
        }
        return Xattrs.of(values);
    }

    /** A checksum over names and values, 0 for none. */
    public static long checksum(Xattrs xattrs) {
        if (xattrs.isEmpty()) {
            return 0;
        }
        ContentChecksum checksum = new ContentChecksum();
        for (String name : xattrs.names()) {
            byte[] value = xattrs.value(name).orElseThrow();
            byte[] head = (name.length() + ":" + name + value.length + ":").getBytes(UTF_8);
            checksum.update(head, 0, head.length);
            checksum.update(value, 0, value.length);
        }
        return checksum.value();
    }
}
