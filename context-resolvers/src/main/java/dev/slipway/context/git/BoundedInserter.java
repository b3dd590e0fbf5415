package dev.slipway.context.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.transport.PackParser;

/**
 * Lets so many bytes of packs and objects into a repository and no more, and no object that unpacks to more. JGit has a
 * limit for the latter only, and none for what it writes to the disk as it comes.
 */
final class BoundedInserter extends ObjectInserter.Filter {

    private final ObjectInserter inserter;
    private final long limitBytes;
    private long receivedBytes;

    BoundedInserter(ObjectInserter inserter, long limitBytes) {
        this.inserter = inserter;
        this.limitBytes = limitBytes;
    }

    /** A repository sends more than is wanted. */
    private static final class Exceeded extends IOException {
        private static final long serialVersionUID = 1;

        Exceeded(long limitBytes) {
            super("more than %d bytes came".formatted(limitBytes));
        }
    }

    /** Whether this is what the bound says, and not what the network does. */
    static boolean refused(Throwable e) {
        return e instanceof Exceeded || e instanceof TooLargeObjectInPackException;
    }

    /** The same of what it was the cause of. */
    static boolean isTheCause(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (refused(at)) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected ObjectInserter delegate() {
        return inserter;
    }

    @Override
    public PackParser newPackParser(InputStream in) throws IOException {
        if (limitBytes == Long.MAX_VALUE) {
            return inserter.newPackParser(in);
        }
        PackParser parser = inserter.newPackParser(new Counted(in));
        parser.setMaxObjectSizeLimit(limitBytes);
        return parser;
    }

    /** As servers of plain files send objects. */
    @Override
    public ObjectId insert(int type, byte[] content, int offset, int length) throws IOException {
        count(length);
        return inserter.insert(type, content, offset, length);
    }

    @Override
    public ObjectId insert(int type, byte[] content) throws IOException {
        return insert(type, content, 0, content.length);
    }

    private void count(long bytes) throws IOException {
        receivedBytes += Math.max(0, bytes);
        if (receivedBytes > limitBytes) {
            throw new Exceeded(limitBytes);
        }
    }

    private final class Counted extends FilterInputStream {

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            count(read);
            return read;
        }
    }
}
