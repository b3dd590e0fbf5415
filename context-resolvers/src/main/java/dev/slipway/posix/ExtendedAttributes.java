package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The extended attributes of one file, a link's own among them; names as text, values as bytes. See xattr(7). */
public final class ExtendedAttributes {
    private final Directory directory;
    private final PathBytes path;

    ExtendedAttributes(Directory directory, PathBytes path) {
        this.directory = directory;
        this.path = path;
    }

    /** The names; none on a file system that has no attributes. */
    public List<String> names() throws IOException {
        return directory.at(path, "llistxattr", (parent, name) -> {
            MemorySegment bulk = Native.scratch().bulk();
            long length = name.isEmpty()
                    ? Native.call(SystemCall.FLISTXATTR, parent, bulk.address(), 65536)
                    : Native.call(SystemCall.LLISTXATTR, address(parent, name), bulk.address(), 65536);
            if (length == -Errno.EOPNOTSUPP) {
                return List.of();
            }
            Native.check(length, SystemCall.LLISTXATTR, path);
            List<String> names = new ArrayList<>();
            long start = 0;
            for (long i = 0; i < length; i++) {
                if (bulk.get(JAVA_BYTE, i) == 0) {
                    names.add(new String(bulk.asSlice(start, i - start).toArray(JAVA_BYTE), UTF_8));
                    start = i + 1;
                }
            }
            return names;
        });
    }

    /** The value; nothing where the file lacks it, or its file system has no attributes. */
    public Optional<byte[]> get(String attribute) throws IOException {
        return directory.at(path, "lgetxattr", (parent, name) -> {
            MemorySegment bulk = Native.scratch().bulk();
            long length = name.isEmpty()
                    ? Native.call(SystemCall.FGETXATTR, parent, attributeAddress(attribute), bulk.address(), 65536)
                    : Native.call(
                            SystemCall.LGETXATTR,
                            address(parent, name),
                            attributeAddress(attribute),
                            bulk.address(),
                            65536);
            if (length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP) {
                return Optional.empty();
            }
            Native.check(length, SystemCall.LGETXATTR, path);
            return Optional.of(bulk.asSlice(0, length).toArray(JAVA_BYTE));
        });
    }

    public void set(String attribute, byte[] value) throws IOException {
        directory.at(path, "lsetxattr", (parent, name) -> {
            MemorySegment bulk = Native.scratch().bulk();
            if (value.length > Native.Scratch.BULK_BYTES) {
                throw new PosixException("lsetxattr", path.toString(), Errno.E2BIG);
            }
            MemorySegment.copy(value, 0, bulk, JAVA_BYTE, 0, value.length);
            long result = name.isEmpty()
                    ? Native.call(
                            SystemCall.FSETXATTR, parent, attributeAddress(attribute), bulk.address(), value.length, 0)
                    : Native.call(
                            SystemCall.LSETXATTR,
                            address(parent, name),
                            attributeAddress(attribute),
                            bulk.address(),
                            value.length,
                            0);
            return Native.check(result, SystemCall.LSETXATTR, path);
        });
    }

    /** Takes an attribute away; one that isn't there is no error. */
    public void remove(String attribute) throws IOException {
        directory.at(path, "lremovexattr", (parent, name) -> {
            long result = Native.call(
                    SystemCall.LREMOVEXATTR,
                    name.isEmpty() ? address(parent, PathBytes.of(".")) : address(parent, name),
                    attributeAddress(attribute));
            return result == -Errno.ENODATA ? 0L : Native.check(result, SystemCall.LREMOVEXATTR, path);
        });
    }

    private static long attributeAddress(String attribute) throws IOException {
        return Native.scratch().secondPath(attribute.getBytes(UTF_8));
    }

    /** No xattr call takes a directory descriptor, so the way leads through /proc. */
    private static long address(int parent, PathBytes name) throws IOException {
        ByteArrayOutputStream full = new ByteArrayOutputStream();
        full.writeBytes(("/proc/self/fd/" + parent + "/").getBytes(US_ASCII));
        full.writeBytes(name.toByteArray());
        return Native.scratch().path(full.toByteArray());
    }
}
