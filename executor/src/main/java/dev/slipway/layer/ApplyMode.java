package dev.slipway.layer;

/** What becomes of a layer's whiteouts where it is applied (DESIGN 3.1). */
public enum ApplyMode {
    /** They delete: the directory holds the layers below already. */
    PLAIN(""),
    /** They become overlayfs's marks as real root sets them. */
    OVERLAY_TRUSTED("trusted.overlay.opaque"),
    /** They become overlayfs's marks as root of a user namespace sets them (mount option {@code userxattr}). */
    OVERLAY_USER("user.overlay.opaque");

    private final String opaqueXattr;

    ApplyMode(String opaqueXattr) {
        this.opaqueXattr = opaqueXattr;
    }

    boolean isOverlay() {
        return this != PLAIN;
    }

    /** The attribute that makes a directory of an overlay hide what lower layers have in it. */
    public String opaqueXattr() {
        return opaqueXattr;
    }
}
