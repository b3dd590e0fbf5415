package dev.slipway.sandbox;

import java.util.List;

/**
 * Whom a command runs as.
 *
 * @param uid the user id, unsigned
 * @param gid the primary group id, unsigned
 * @param groups the supplementary groups
 */
public record Credentials(int uid, int gid, List<Integer> groups) {
    /** User 0, group 0. */
    public static final Credentials ROOT = new Credentials(0, 0, List.of());

    public Credentials {
        groups = List.copyOf(groups);
    }

    int[] groupArray() {
        return groups.stream().mapToInt(Integer::intValue).toArray();
    }
}
