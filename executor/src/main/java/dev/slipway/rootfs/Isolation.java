package dev.slipway.rootfs;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The values of {@code --isolation}: how a stage's filesystem is kept and its commands are set apart (DESIGN 3.1). */
public enum Isolation {
    /** The best of the others that the kernel allows. */
    AUTO("auto"),
    /** Layers extracted once and stacked by overlayfs; the upper directory is the step's layer. */
    OVERLAY("overlay"),
    /** A plain directory, and snapshots by scan. */
    DIRECTORY("directory"),
    /** Over the executor's own root, for pods that may not mount. */
    IN_PLACE("in-place");

    private final String flagValue;

    Isolation(String flagValue) {
        this.flagValue = flagValue;
    }

    /** The kind that a flag names, if it is one. */
    public static Optional<Isolation> ofFlag(String value) {
        return Arrays.stream(values())
                .filter(isolation -> isolation.flagValue.equals(value))
                .findFirst();
    }

    /** What the flag takes, for its error: {@code auto, overlay, directory, in-place}. */
    public static String flagValues() {
        return Arrays.stream(values()).map(Isolation::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return flagValue;
    }
}
