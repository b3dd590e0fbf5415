package dev.slipway.archive;

import static java.util.Objects.requireNonNull;

import dev.slipway.archive.tar.Xattrs;
import java.time.Instant;

/**
 * What a file has besides its name and content.
 *
 * @param permissions the lower twelve bits of the mode
 */
public record EntryAttributes(int permissions, long uid, long gid, Instant modified, Xattrs xattrs) {
    public EntryAttributes {
        if (permissions < 0 || permissions > 07777) {
            throw new IllegalArgumentException("permissions out of range: 0" + Integer.toOctalString(permissions));
        }
        requireNonNull(modified, "modified is null");
        requireNonNull(xattrs, "xattrs is null");
    }

    public EntryAttributes withOwner(long newUid, long newGid) {
        return new EntryAttributes(permissions, newUid, newGid, modified, xattrs);
    }

    public EntryAttributes withPermissions(int newPermissions) {
        return new EntryAttributes(newPermissions, uid, gid, modified, xattrs);
    }

    public EntryAttributes withModified(Instant newModified) {
        return new EntryAttributes(permissions, uid, gid, newModified, xattrs);
    }

    public EntryAttributes withXattrs(Xattrs newXattrs) {
        return new EntryAttributes(permissions, uid, gid, modified, newXattrs);
    }
}
