package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The capabilities that Docker gives a container by default; numbers of capabilities(7). A command gets those we hold. */
enum Capabilities {
    CHOWN(0),
    DAC_OVERRIDE(1),
    FOWNER(3),
    FSETID(4),
    KILL(5),
    SETGID(6),
    SETUID(7),
    SETPCAP(8),
    NET_BIND_SERVICE(10),
    NET_RAW(13),
    SYS_CHROOT(18),
    MKNOD(27),
    AUDIT_WRITE(29),
    SETFCAP(31);

    /** What mounting takes; no command gets it. */
    static final int SYS_ADMIN = 21;

    private final int number;

    Capabilities(int number) {
        this.number = number;
    }

    /** All of them that this process may have at all. */
    static Set<Integer> granted() {
        return Arrays.stream(values())
                .map(c -> c.number)
                .filter(CallingThread::mayHave)
                .collect(Collectors.toUnmodifiableSet());
    }
}
