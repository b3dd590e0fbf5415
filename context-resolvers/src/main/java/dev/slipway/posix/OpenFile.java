package dev.slipway.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.slipway.stream.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** An open file that is no directory: its bytes, and what belongs to its inode. Not for use by two threads at a time. */
public final class OpenFile implements AutoCloseable {
    private static final int SEEK_SET = 0;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final long FICLONE = 0x40049409L;
    private static final int LOCK_SHARED = 1;
    private static final int LOCK_EXCLUSIVE = 2;
    private static final int LOCK_NON_BLOCKING = 4;

    private final int fd;
    private final String shown;
    private boolean closed;

    OpenFile(int fd, String shown) {
        this.fd = fd;
        this.shown = shown;
    }

    /** The descriptor's number, for handing it to a command. It stays this object's to close. */
    public int fd() {
        return fd;
    }

    /** Reads up to {@code length} bytes; -1 at the end. */
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        Native.Scratch scratch = Native.scratch();
        MemorySegment bulk = scratch.bulk();
        int wanted = Math.min(length, Native.Scratch.BULK_BYTES);
        int got = (int) Native.check(Native.call(SystemCall.READ, fd, bulk.address(), wanted), SystemCall.READ, shown);
        if (got == 0) {
            return -1;
        }
        MemorySegment.copy(bulk, JAVA_BYTE, 0, into, offset, got);
        return got;
    }

    /** Reads up to {@code length} bytes at a position and leaves the file's own position alone; -1 at the end. */
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        MemorySegment bulk = Native.scratch().bulk();
        int wanted = Math.min(length, Native.Scratch.BULK_BYTES);
        int got = (int) Native.check(
                Native.call(SystemCall.PREAD, fd, bulk.address(), wanted, position), SystemCall.PREAD, shown);
        if (got == 0) {
            return -1;
        }
        MemorySegment.copy(bulk, JAVA_BYTE, 0, into, offset, got);
        return got;
    }

    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        MemorySegment bulk = Native.scratch().bulk();
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, Native.Scratch.BULK_BYTES);
            MemorySegment.copy(from, offset + done, bulk, JAVA_BYTE, 0, part);
            writeBulk(bulk, part);
            done += part;
        }
    }

    private void writeBulk(MemorySegment bulk, int length) throws PosixException {
        int done = 0;
        while (done < length) {
            done += (int) Native.check(
                    Native.call(SystemCall.WRITE, fd, bulk.address() + done, length - done), SystemCall.WRITE, shown);
        }
    }

    /** The file's bytes from its position on; closing the stream closes the file. */
    public InputStream in() {
        return new BlockInputStream() {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return OpenFile.this.read(into, offset, length);
            }

            @Override
            public void close() throws IOException {
                OpenFile.this.close();
            }
        };
    }

    /** A stream into the file from its position on; closing the stream closes the file. */
    public OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                OpenFile.this.write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                OpenFile.this.write(from, offset, length);
            }

            @Override
            public void close() throws IOException {
                OpenFile.this.close();
            }
        };
    }

    public FileStatus status() throws IOException {
        return Statx.of(fd, shown);
    }

    /** Where the next bytes that are no hole begin, from a position on; -1 if only a hole follows. */
    public long nextData(long position) throws IOException {
        return seek(position, SEEK_DATA);
    }

    /** Where the next hole begins, from a position on (the end of the file counts as one); -1 past the end. */
    public long nextHole(long position) throws IOException {
        return seek(position, SEEK_HOLE);
    }

    private long seek(long position, int whence) throws IOException {
        long found = Native.call(SystemCall.LSEEK, fd, position, whence);
        if (found == -Errno.ENXIO) {
            return -1;
        }
        return Native.check(found, SystemCall.LSEEK, shown);
    }

    public void position(long position) throws IOException {
        Native.check(Native.call(SystemCall.LSEEK, fd, position, SEEK_SET), SystemCall.LSEEK, shown);
    }

    /** Makes the file this long: cut off, or grown by a hole. */
    public void truncate(long sizeBytes) throws IOException {
        Native.check(Native.call(SystemCall.FTRUNCATE, fd, sizeBytes), SystemCall.FTRUNCATE, shown);
    }

    /**
     * Copies all bytes of this file to an empty one: shared where the file system can (reflinks), inside the kernel
     * where it can, holes kept.
     */
    public void copyTo(OpenFile target) throws IOException {
        if (Native.call(SystemCall.IOCTL, target.fd, FICLONE, fd) == 0) {
            return;
        }
        long size = status().sizeBytes();
        boolean inKernel = true;
        long position = 0;
        while (position < size) {
            long data = nextData(position);
            if (data < 0) {
                break;
            }
            long end = Math.min(size, nextHole(data));
            position(data);
            target.position(data);
            while (data < end) {
                long copied = inKernel ? copyInKernel(target, end - data) : 0;
                if (copied <= 0) {
                    inKernel = false;
                    copied = copyByHand(target, end - data);
                    if (copied <= 0) {
                        throw new IOException("\"" + shown + "\" became shorter while it was copied");
                    }
                }
                data += copied;
            }
            position = end;
        }
        target.truncate(size);
    }

    private long copyInKernel(OpenFile target, long length) throws IOException {
        long copied = Native.call(SystemCall.COPY_FILE_RANGE, fd, 0, target.fd, 0, Math.min(length, 1L << 30), 0);
        if (copied == -Errno.ENOSPC || copied == -Errno.EIO || copied == -Errno.EDQUOT || copied == -Errno.EFBIG) {
            Native.check(copied, SystemCall.COPY_FILE_RANGE, target.shown);
        }
        return copied;
    }

    private long copyByHand(OpenFile target, long length) throws IOException {
        MemorySegment bulk = Native.scratch().bulk();
        long got = Native.check(
                Native.call(SystemCall.READ, fd, bulk.address(), Math.min(length, Native.Scratch.BULK_BYTES)),
                SystemCall.READ,
                shown);
        target.writeBulk(bulk, (int) got);
        return got;
    }

    public void setOwner(int uid, int gid) throws IOException {
        Native.check(Native.call(SystemCall.FCHOWN, fd, uid, gid), SystemCall.FCHOWN, shown);
    }

    /** Sets the lower twelve bits of the mode. After {@link #setOwner}, which clears setuid and setgid. */
    public void setPermissions(int permissions) throws IOException {
        Native.check(Native.call(SystemCall.FCHMOD, fd, permissions), SystemCall.FCHMOD, shown);
    }

    public void setModified(long seconds, int nanos) throws IOException {
        Statx.setModified(fd, 0, 0, seconds, nanos, shown);
    }

    /** Takes the whole-file lock of flock(2) and waits for it; it ends when the file is closed, or its process dies. */
    public void lock(boolean shared) throws IOException {
        Native.check(Native.call(SystemCall.FLOCK, fd, shared ? LOCK_SHARED : LOCK_EXCLUSIVE), SystemCall.FLOCK, shown);
    }

    /** Takes the lock if nobody else holds one that excludes it. */
    public boolean tryLock(boolean shared) throws IOException {
        long result = Native.call(SystemCall.FLOCK, fd, (shared ? LOCK_SHARED : LOCK_EXCLUSIVE) | LOCK_NON_BLOCKING);
        if (result == -Errno.EAGAIN) {
            return false;
        }
        Native.check(result, SystemCall.FLOCK, shown);
        return true;
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            Native.check(Native.call(SystemCall.CLOSE, fd), SystemCall.CLOSE, shown);
        }
    }

    @Override
    public String toString() {
        return shown;
    }
}
