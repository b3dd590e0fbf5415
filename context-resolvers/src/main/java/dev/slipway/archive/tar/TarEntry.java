package dev.slipway.archive.tar;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The header of one tar entry. Name and link name are the bytes of the archive: a leading {@code ./} or slash and a
 * directory's trailing slash are kept, so that what is read can be judged and what is written is exactly what was asked
 * for.
 */
public final class TarEntry {
    private static final byte[] NOTHING = {};
    private static final long LARGEST_ID = 0xffff_fffeL;

    private final TarType type;
    private final byte[] name;
    private final byte[] linkName;
    private final int permissions;
    private final long uid;
    private final long gid;
    private final long sizeBytes;
    private final Instant modified;
    private final int deviceMajor;
    private final int deviceMinor;
    private final Xattrs xattrs;
    private final Map<String, String> vendorRecords;

    private TarEntry(Builder builder) {
        type = builder.type;
        name = builder.name;
        linkName = builder.linkName;
        permissions = builder.permissions;
        uid = builder.uid;
        gid = builder.gid;
        sizeBytes = builder.sizeBytes;
        modified = builder.modified;
        deviceMajor = builder.deviceMajor;
        deviceMinor = builder.deviceMinor;
        xattrs = builder.xattrs;
        vendorRecords = builder.vendorRecords;
        if (name.length == 0 || contains(name, 0) || contains(linkName, 0)) {
            throw new IllegalArgumentException("a name is empty or holds a NUL byte: \"" + displayName() + "\"");
        }
        if (type.isLink() == (linkName.length == 0)) {
            throw new IllegalArgumentException("links, and only links, have a link name: \"" + displayName() + "\"");
        }
        if (sizeBytes < 0 || (sizeBytes > 0 && type != TarType.FILE)) {
            throw new IllegalArgumentException("a " + type + " can't have " + sizeBytes + " bytes");
        }
        if (permissions < 0 || permissions > 07777) {
            throw new IllegalArgumentException("permissions out of range: 0" + Integer.toOctalString(permissions));
        }
        if (uid < 0 || uid > LARGEST_ID || gid < 0 || gid > LARGEST_ID) {
            throw new IllegalArgumentException("no such owner: " + uid + ":" + gid);
        }
        if (deviceMajor < 0 || deviceMinor < 0 || (!type.isDevice() && (deviceMajor | deviceMinor) != 0)) {
            throw new IllegalArgumentException("a " + type + " can't have a device number");
        }
    }

    public static Builder of(TarType type, byte[] name) {
        return new Builder(type, name);
    }

    public TarType type() {
        return type;
    }

    public byte[] name() {
        return name.clone();
    }

    /** The target of a link; empty for everything else. */
    public byte[] linkName() {
        return linkName.clone();
    }

    /** The lower twelve bits of the mode. */
    public int permissions() {
        return permissions;
    }

    public long uid() {
        return uid;
    }

    public long gid() {
        return gid;
    }

    /** The length of a file's content, holes included; 0 for everything else. */
    public long sizeBytes() {
        return sizeBytes;
    }

    public Instant modified() {
        return modified;
    }

    public int deviceMajor() {
        return deviceMajor;
    }

    public int deviceMinor() {
        return deviceMinor;
    }

    public Xattrs xattrs() {
        return xattrs;
    }

    /** Extended records of some vendor, to be written as they are; those that are read are passed over. */
    public Map<String, String> vendorRecords() {
        return vendorRecords;
    }

    /** The name as it is shown in messages: what isn't printable ASCII or UTF-8 is escaped. */
    public String displayName() {
        return EscapedName.of(name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TarEntry that
                && type == that.type
                && Arrays.equals(name, that.name)
                && Arrays.equals(linkName, that.linkName)
                && permissions == that.permissions
                && uid == that.uid
                && gid == that.gid
                && sizeBytes == that.sizeBytes
                && modified.equals(that.modified)
                && deviceMajor == that.deviceMajor
                && deviceMinor == that.deviceMinor
                && xattrs.equals(that.xattrs);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, Arrays.hashCode(name), permissions, uid, gid, sizeBytes, modified);
    }

    @Override
    public String toString() {
        return type
                + " \"" + displayName() + "\""
                + (type.isLink() ? " -> \"" + EscapedName.of(linkName) + "\"" : "")
                + " " + Integer.toOctalString(permissions) + " " + uid + ":" + gid + " " + sizeBytes + " " + modified
                + (type.isDevice() ? " " + deviceMajor + ":" + deviceMinor : "")
                + (xattrs.isEmpty() ? "" : " " + xattrs);
    }

    private static boolean contains(byte[] bytes, int wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }

    /** Collects the fields of an entry; whatever isn't set is zero, empty, or the epoch. */
    public static final class Builder {
        private final TarType type;
        private final byte[] name;
        private byte[] linkName = NOTHING;
        private int permissions;
        private long uid;
        private long gid;
        private long sizeBytes;
        private Instant modified = Instant.EPOCH;
        private int deviceMajor;
        private int deviceMinor;
        private Xattrs xattrs = Xattrs.NONE;
        private Map<String, String> vendorRecords = Map.of();

        private Builder(TarType type, byte[] name) {
            this.type = requireNonNull(type, "type is null");
            this.name = name.clone();
        }

        public Builder linkName(byte[] linkName) {
            this.linkName = linkName.clone();
            return this;
        }

        public Builder permissions(int permissions) {
            this.permissions = permissions;
            return this;
        }

        public Builder owner(long uid, long gid) {
            this.uid = uid;
            this.gid = gid;
            return this;
        }

        public Builder sizeBytes(long sizeBytes) {
            this.sizeBytes = sizeBytes;
            return this;
        }

        public Builder modified(Instant modified) {
            this.modified = requireNonNull(modified, "modified is null");
            return this;
        }

        public Builder device(int major, int minor) {
            this.deviceMajor = major;
            this.deviceMinor = minor;
            return this;
        }

        public Builder vendorRecords(Map<String, String> records) {
            this.vendorRecords = Collections.unmodifiableMap(new TreeMap<>(records));
            return this;
        }

        public Builder xattrs(Xattrs xattrs) {
            this.xattrs = requireNonNull(xattrs, "xattrs is null");
            return this;
        }

        public TarEntry build() {
            return new TarEntry(this);
        }
    }
}
