package dev.slipway.sandbox;

/** How a command ended; see wait(2). */
public sealed interface ExitStatus {
    /** It returned a status of its own. */
    record Exited(int code) implements ExitStatus {
        @Override
        public int asShell() {
            return code;
        }
    }

    /** A signal ended it. */
    record Signalled(int signal) implements ExitStatus {
        @Override
        public int asShell() {
            return 128 + signal;
        }
    }

    /** The number that a shell has in {@code $?}: the status, or 128 and the signal. */
    int asShell();

    default boolean isSuccess() {
        return asShell() == 0;
    }

    /** Reads the status word that wait(2) gives. */
    static ExitStatus ofWait(int word) {
        int signal = word & 0x7f;
        return signal == 0 ? new Exited(word >> 8 & 0xff) : new Signalled(signal);
    }
}
