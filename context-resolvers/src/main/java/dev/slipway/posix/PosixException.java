package dev.slipway.posix;

import java.io.IOException;

/** A system call that failed: which one, on what, and why. */
public final class PosixException extends IOException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final String subject;
    private final int errno;

    public PosixException(String call, String subject, int errno) {
        super(call + (subject.isEmpty() ? "" : " \"" + subject + "\"") + ": " + Errno.words(errno));
        this.call = call;
        this.subject = subject;
        this.errno = errno;
    }

    public String call() {
        return call;
    }

    /** What the call was about, usually a path, escaped for people. */
    public String subject() {
        return subject;
    }

    /** The error number of errno(3). */
    public int errno() {
        return errno;
    }

    public boolean is(int number) {
        return errno == number;
    }
}
