package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.Launch;
import dev.slipway.posix.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One limit of what a command may use, getrlimit(2): {@code --ulimit}.
 *
 * @param soft what counts; {@link #UNLIMITED} for no limit
 * @param hard how far the command itself may raise the soft one
 */
public record ResourceLimit(Resource resource, long soft, long hard) {
    /** No limit at all; {@code -1} on the command line. */
    public static final long UNLIMITED = -1;

    private static final Path OPEN_FILES_AT_MOST = Path.of("/proc/sys/fs/nr_open");
    private static final Path USER_IDS = Path.of("/proc/self/uid_map");
    /** The capability that raising a hard limit takes: whoever starts a command must have it in force until then. */
    static final int SYS_RESOURCE = 24;

    public ResourceLimit {
        if (soft < UNLIMITED || hard < UNLIMITED) {
            throw new IllegalArgumentException("a limit is -1 for none, or 0 and more");
        }
        if (isMore(soft, hard)) {
            throw new IllegalArgumentException(
                    "the soft limit %d is more than the hard limit %d".formatted(soft, hard));
        }
    }

    /** What can be limited; the numbers are those of x86-64, aarch64 and riscv64. */
    public enum Resource {
        CPU(0),
        FSIZE(1),
        DATA(2),
        STACK(3),
        CORE(4),
        RSS(5),
        NPROC(6),
        NOFILE(7),
        MEMLOCK(8),
        AS(9),
        LOCKS(10),
        SIGPENDING(11),
        MSGQUEUE(12),
        NICE(13),
        RTPRIO(14),
        RTTIME(15);

        private final int number;

        Resource(int number) {
            this.number = number;
        }
    }

    /**
     * Reads {@code NAME=SOFT[:HARD]} as Docker's {@code --ulimit} takes it; a single number is both.
     *
     * @throws IllegalArgumentException if it isn't that; the message says what would be
     */
    public static ResourceLimit parse(String text) {
        String[] parts = text.split("[=:]", -1);
        if (parts.length < 2 || parts.length > 3 || text.indexOf('=') != parts[0].length()) {
            throw new IllegalArgumentException("write NAME=SOFT or NAME=SOFT:HARD");
        }
        Resource resource;
        try {
            resource = Resource.valueOf(parts[0].toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "there is no limit \"%s\"; there are %s"
                            .formatted(
                                    parts[0],
                                    Arrays.stream(Resource.values())
                                            .map(each -> each.name().toLowerCase(Locale.ROOT))
                                            .collect(Collectors.joining(", "))),
                    unknown);
        }
        long soft = number(parts[1]);
        return new ResourceLimit(resource, soft, parts.length == 3 ? number(parts[2]) : soft);
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"%s\" is no whole number; -1 means unlimited".formatted(text), e);
        }
    }

    /**
     * Has the child take the limit.
     *
     * @throws SandboxException if it may not: the kernel would leave the limit as it is, and nobody would hear of it
     */
    void apply(Launch launch) throws IOException {
        long ours = Processes.hardLimit(resource.number);
        if (isMore(hard, ours) && !mayRaise()) {
            throw refusal("more than the executor's own hard limit of " + ours, "raise that of the container");
        }
        if (resource == Resource.NOFILE && isMore(hard, openFilesAtMost())) {
            throw refusal("more than this kernel gives anybody (fs.nr_open is %d)".formatted(openFilesAtMost()), "");
        }
        launch.limit(resource.number, soft, hard);
    }

    private SandboxException refusal(String reason, String remedy) {
        return new SandboxException("--ulimit %s: a command can't have the hard limit %d, %s; give less%s"
                .formatted(
                        resource.name().toLowerCase(Locale.ROOT),
                        hard,
                        reason,
                        remedy.isEmpty() ? "" : ", or " + remedy));
    }

    /** The capability counts in the first user namespace only. */
    private static boolean mayRaise() throws IOException {
        return CallingThread.has(SYS_RESOURCE)
                && Files.readString(USER_IDS).strip().matches("0\\s+0\\s+4294967295");
    }

    private static long openFilesAtMost() throws IOException {
        // The kernel gives such a file to one read only, and a reader of whole files makes several.
        return Long.parseLong(Files.readAllLines(OPEN_FILES_AT_MOST).getFirst().strip());
    }

    private static boolean isMore(long limit, long than) {
        return than != UNLIMITED && (limit == UNLIMITED || limit > than);
    }
}
