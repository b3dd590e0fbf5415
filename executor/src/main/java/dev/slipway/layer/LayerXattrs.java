package dev.slipway.layer;

import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.ExtendedAttributes;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
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

    /** The attributes of a file that a layer may have brought. */
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

    /**
     * What a layer that is made of a file system records, which of all attributes is a program's capability alone, as
     * with BuildKit: a command that gives a file another one has changed nothing (spec: COPY/ADD).
     */
    public static Xattrs recorded(ExtendedAttributes attributes) throws IOException {
        Optional<byte[]> capability = attributes.get(CAPABILITY);
        return capability.isPresent() ? Xattrs.of(Map.of(CAPABILITY, capability.get())) : Xattrs.NONE;
    }

    /** A checksum over what is {@linkplain #recorded recorded}, 0 for nothing. */
    public static long checksum(Xattrs xattrs) {
        return xattrs.value(CAPABILITY).map(ContentChecksum::of).orElse(0L);
    }
}
