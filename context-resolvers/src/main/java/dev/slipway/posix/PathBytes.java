package dev.slipway.posix;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path, or one name, as the kernel knows it: bytes, compared unsigned. Inside a tree paths are relative to its root,
 * and the root itself is {@link #EMPTY}.
 *
 * <p>Only slashes are understood: runs of them count as one, leading and trailing ones are dropped on construction, and
 * {@code .} and {@code ..} stay as they are, because only whoever resolves a path knows what is a link.
 */
public final class PathBytes implements Comparable<PathBytes> {
    /** The root of whatever tree the path is relative to. */
    public static final PathBytes EMPTY = new PathBytes(new byte[0]);

    private final byte[] bytes;

    private PathBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    public static PathBytes of(String path) {
        return of(path.getBytes(UTF_8));
    }

    public static PathBytes of(byte[] path) {
        byte[] out = new byte[path.length];
        int length = 0;
        for (byte b : path) {
            if (b == 0) {
                throw new IllegalArgumentException("a path holds a NUL byte: \"" + escape(path) + "\"");
            }
            if (b != '/' || (length > 0 && out[length - 1] != '/')) {
                out[length++] = b;
            }
        }
        if (length > 0 && out[length - 1] == '/') {
            length--;
        }
        return length == 0 ? EMPTY : new PathBytes(Arrays.copyOf(out, length));
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    public int length() {
        return bytes.length;
    }

    public byte at(int index) {
        return bytes[index];
    }

    public byte[] toByteArray() {
        return bytes.clone();
    }

    public PathBytes resolve(String child) {
        return resolve(of(child));
    }

    /** This path, a slash, and the other; the other alone if this one is empty. */
    public PathBytes resolve(PathBytes child) {
        if (child.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return child;
        }
        byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + child.bytes.length);
        joined[bytes.length] = '/';
        System.arraycopy(child.bytes, 0, joined, bytes.length + 1, child.bytes.length);
        return new PathBytes(joined);
    }

    /** All but the last component; the parent of one component, and of the empty path, is the empty path. */
    public PathBytes parent() {
        int slash = lastSlash();
        return slash < 0 ? EMPTY : new PathBytes(Arrays.copyOf(bytes, slash));
    }

    /** The last component. */
    public PathBytes name() {
        int slash = lastSlash();
        return slash < 0 ? this : new PathBytes(Arrays.copyOfRange(bytes, slash + 1, bytes.length));
    }

    public List<PathBytes> components() {
        List<PathBytes> components = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                if (i > start) {
                    components.add(new PathBytes(Arrays.copyOfRange(bytes, start, i)));
                }
                start = i + 1;
            }
        }
        return components;
    }

    /** Whether this is the other path or lies below it. */
    public boolean startsWith(PathBytes ancestor) {
        int length = ancestor.bytes.length;
        return length == 0
                || (bytes.length >= length
                        && Arrays.equals(bytes, 0, length, ancestor.bytes, 0, length)
                        && (bytes.length == length || bytes[length] == '/'));
    }

    /** What is left of this path below an ancestor that it {@linkplain #startsWith starts with}. */
    public PathBytes below(PathBytes ancestor) {
        if (!startsWith(ancestor)) {
            throw new IllegalArgumentException("\"" + this + "\" is not below \"" + ancestor + "\"");
        }
        if (ancestor.isEmpty()) {
            return this;
        }
        return ancestor.length() == length()
                ? EMPTY
                : new PathBytes(Arrays.copyOfRange(bytes, ancestor.length() + 1, bytes.length));
    }

    /** Whether this is {@code .} or {@code ..}, or ends in one of them. */
    public boolean endsInDots() {
        PathBytes name = name();
        return (name.length() == 1 && name.bytes[0] == '.')
                || (name.length() == 2 && name.bytes[0] == '.' && name.bytes[1] == '.');
    }

    /** The path as text; bytes that are not UTF-8 become replacement characters, so it is for programs that ask for text. */
    public String toUtf8() {
        return new String(bytes, UTF_8);
    }

    private int lastSlash() {
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] == '/') {
                return i;
            }
        }
        return -1;
    }

    /** Orders by unsigned bytes, so that a directory comes before what is in it. */
    @Override
    public int compareTo(PathBytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PathBytes path && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** For people: control characters, backslashes, quotes and bytes that are not UTF-8 are escaped. */
    @Override
    public String toString() {
        return escape(bytes);
    }

    private static String escape(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        String decoded = new String(bytes, UTF_8);
        if (Arrays.equals(decoded.getBytes(UTF_8), bytes)) {
            decoded.codePoints().forEach(c -> {
                if (c == '\\' || c == '"') {
                    text.append('\\').appendCodePoint(c);
                } else if (Character.isISOControl(c)) {
                    text.append("\\x%02x".formatted(c));
                } else {
                    text.appendCodePoint(c);
                }
            });
            return text.toString();
        }
        for (byte b : bytes) {
            if (b >= 0x20 && b < 0x7f && b != '\\' && b != '"') {
                text.append((char) b);
            } else {
                text.append("\\x%02x".formatted(b & 0xff));
            }
        }
        return text.toString();
    }
}
