package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.Errno;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Says why the kernel refused what setting a command up takes, and what would help. */
final class Refusal {
    private static final int SYS_ADMIN = Capability.SYS_ADMIN;
    private static final int SYS_CHROOT = 18;

    /** What each call takes. */
    private static final Map<String, Integer> CAPABILITIES = Map.ofEntries(
            Map.entry("unshare", SYS_ADMIN),
            Map.entry("setns", SYS_ADMIN),
            Map.entry("mount", SYS_ADMIN),
            Map.entry("umount2", SYS_ADMIN),
            Map.entry("mount_setattr", SYS_ADMIN),
            Map.entry("pivot_root", SYS_ADMIN),
            Map.entry("sethostname", SYS_ADMIN),
            Map.entry("chroot", SYS_CHROOT),
            Map.entry("setgroups", 6),
            Map.entry("setresgid", 6),
            Map.entry("setresuid", 7),
            Map.entry("prctl", 8));

    private static final Map<Integer, String> NAMES = Map.of(
            SYS_ADMIN,
            "CAP_SYS_ADMIN",
            SYS_CHROOT,
            "CAP_SYS_CHROOT",
            6,
            "CAP_SETGID",
            7,
            "CAP_SETUID",
            8,
            "CAP_SETPCAP");

    private Refusal() {}

    /** @param tried what was tried, in words that a sentence can begin with */
    static SandboxException of(String tried, PosixException e) {
        return new SandboxException(tried + ": " + e.getMessage() + "; " + reason(e), e);
    }

    private static String reason(PosixException e) {
        if (e.is(Errno.ENOSPC) && e.call().equals("unshare")) {
            return "a limit in /proc/sys/user/max_*_namespaces is reached";
        }
        if (!e.is(Errno.EPERM) && !e.is(Errno.EACCES)) {
            return "the kernel or this machine's set-up doesn't allow it";
        }
        Integer capability = CAPABILITIES.get(e.call());
        if (capability == null) {
            return "a security module or the container run-time refuses it";
        }
        String name = NAMES.get(capability);
        if (!has(capability)) {
            return "the executor lacks " + name
                    + (CallingThread.effectiveUserId() == 0
                            ? ": add it to the container's capabilities"
                            : ": run it as root");
        }
        return "the executor has " + name + ", so "
                + seccomp().orElse("a security module (AppArmor, SELinux) refuses it: loosen its profile");
    }

    private static boolean has(int capability) {
        try {
            return CallingThread.has(capability);
        } catch (PosixException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a seccomp filter looks at our calls. */
    private static Optional<String> seccomp() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/status")).contains("Seccomp:\t2")
                    ? Optional.of("the seccomp profile refuses it: take one that allows mounts")
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
