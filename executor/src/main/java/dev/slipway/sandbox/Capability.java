package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.PosixException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The capabilities that Docker gives a container by default; numbers of capabilities(7). A command gets those we hold. */
public enum Capability {
    CHOWN(0, "files can't be given to another user: RUN useradd and dpkg fail, layers with foreign owners too"),
    DAC_OVERRIDE(1, "files that only their owner may read or write stay closed to root: apt-get update fails"),
    FOWNER(3, "chmod and touch fail on files of other users"),
    FSETID(4, "setgid bits vanish silently when a file changes"),
    KILL(5, "processes of other users outlive the RUN that left them behind"),
    SETGID(6, "USER, su and apt can't change the group"),
    SETUID(7, "USER, su and apt can't change the user"),
    SETPCAP(8, "what the container holds beyond Docker's default can't be kept from commands: RUN is refused then"),
    NET_BIND_SERVICE(10, "a command can't listen on ports below 1024"),
    NET_RAW(13, "a command can't open raw sockets: ping needs other means"),
    SYS_CHROOT(18, "chroot fails inside RUN"),
    MKNOD(27, "device nodes can't be made, neither by mknod inside RUN nor from a layer"),
    AUDIT_WRITE(29, "a command can't write to the kernel's audit log"),
    SETFCAP(31, "file capabilities can't be set: ping and the like would become setuid root, setcap fails");

    /** What mounting takes; no command gets it. */
    static final int SYS_ADMIN = 21;

    /** Those without which ordinary builds fail, or give another image; Pod Security's baseline admits them all. */
    public static final List<Capability> NEEDED_IN_PLACE =
            List.of(CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETUID, SETGID, SETFCAP, KILL);

    private final int number;
    private final String consequence;

    Capability(int number, String consequence) {
        this.number = number;
        this.consequence = consequence;
    }

    /** What a build loses where this is missing. */
    public String consequence() {
        return consequence;
    }

    /** Whether this process may have it at all: it is in the bounding set, and in force for the calling thread. */
    public boolean isHeld() {
        try {
            return CallingThread.mayHave(number) && CallingThread.has(number);
        } catch (PosixException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its name for people: {@code CAP_CHOWN}. A securityContext leaves the {@code CAP_} out. */
    public String fullName() {
        return "CAP_" + name();
    }

    /** All of them that this process may have at all. */
    static Set<Integer> granted() {
        return Arrays.stream(values())
                .map(c -> c.number)
                .filter(CallingThread::mayHave)
                .collect(Collectors.toUnmodifiableSet());
    }
}
