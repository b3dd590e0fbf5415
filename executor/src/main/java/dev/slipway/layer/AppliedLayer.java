package dev.slipway.layer;

import dev.slipway.posix.PathBytes;
import java.util.List;
import java.util.Set;

/**
 * What was applied.
 *
 * @param entries how many changes the layer makes
 * @param uncompressedBytes the length of its tar
 * @param impliedDirectories directories that the layer has something in but doesn't say anything of, the root among them.
 *     Where nothing was before they were made root's, 0755, with the epoch as their time. In an overlay they hide the
 *     attributes that lower layers give them: whoever mounts it lays a directory of the right attributes above
 * @param skippedXattrs names of attributes that the file system can't hold; never file capabilities, without which a
 *     layer is refused
 */
public record AppliedLayer(
        long entries, long uncompressedBytes, List<PathBytes> impliedDirectories, Set<String> skippedXattrs) {
    public AppliedLayer {
        impliedDirectories = List.copyOf(impliedDirectories);
        skippedXattrs = Set.copyOf(skippedXattrs);
    }
}
