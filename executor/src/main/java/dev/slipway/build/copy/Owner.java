package dev.slipway.build.copy;

/** Who copied things belong to, where {@code --chown} says so. */
public record Owner(int uid, int gid) {
    public static final Owner ROOT = new Owner(0, 0);
}
