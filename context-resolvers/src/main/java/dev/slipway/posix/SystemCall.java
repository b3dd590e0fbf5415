package dev.slipway.posix;

/**
 * The system calls in use, with their numbers on x86-64 and on the architectures that share the kernel's generic table
 * (aarch64, riscv64). Only calls that both tables have are used, so {@code openat} and never {@code open}.
 */
enum SystemCall {
    READ("read", 0, 63),
    WRITE("write", 1, 64),
    CLOSE("close", 3, 57),
    LSEEK("lseek", 8, 62),
    RT_SIGPROCMASK("rt_sigprocmask", 14, 135),
    RT_SIGACTION("rt_sigaction", 13, 134),
    IOCTL("ioctl", 16, 29),
    PREAD("pread64", 17, 67),
    EXECVE("execve", 59, 221),
    CLONE("clone", 56, 220),
    KILL("kill", 62, 129),
    FLOCK("flock", 73, 32),
    FTRUNCATE("ftruncate", 77, 46),
    FCHDIR("fchdir", 81, 50),
    CHDIR("chdir", 80, 49),
    FCHMOD("fchmod", 91, 52),
    FCHOWN("fchown", 93, 55),
    UMASK("umask", 95, 166),
    GETEUID("geteuid", 107, 175),
    SETSID("setsid", 112, 157),
    SETGROUPS("setgroups", 116, 159),
    SETRESUID("setresuid", 117, 147),
    SETRESGID("setresgid", 119, 149),
    CAPGET("capget", 125, 90),
    CAPSET("capset", 126, 91),
    FSTATFS("fstatfs", 138, 44),
    PIVOT_ROOT("pivot_root", 155, 41),
    SOCKET("socket", 41, 198),
    WAIT4("wait4", 61, 260),
    PPOLL("ppoll", 271, 73),
    PRCTL("prctl", 157, 167),
    CHROOT("chroot", 161, 51),
    MOUNT("mount", 165, 40),
    UMOUNT("umount2", 166, 39),
    SETHOSTNAME("sethostname", 170, 161),
    GETTID("gettid", 186, 178),
    LSETXATTR("lsetxattr", 189, 6),
    FSETXATTR("fsetxattr", 190, 7),
    LGETXATTR("lgetxattr", 192, 9),
    FGETXATTR("fgetxattr", 193, 10),
    LLISTXATTR("llistxattr", 195, 12),
    FLISTXATTR("flistxattr", 196, 13),
    LREMOVEXATTR("lremovexattr", 198, 15),
    GETDENTS("getdents64", 217, 61),
    WAITID("waitid", 247, 95),
    EXIT_GROUP("exit_group", 231, 94),
    OPENAT("openat", 257, 56),
    MKDIRAT("mkdirat", 258, 34),
    MKNODAT("mknodat", 259, 33),
    FCHOWNAT("fchownat", 260, 54),
    UNLINKAT("unlinkat", 263, 35),
    LINKAT("linkat", 265, 37),
    SYMLINKAT("symlinkat", 266, 36),
    READLINKAT("readlinkat", 267, 78),
    UNSHARE("unshare", 272, 97),
    UTIMENSAT("utimensat", 280, 88),
    DUP3("dup3", 292, 24),
    PIPE("pipe2", 293, 59),
    PRLIMIT("prlimit64", 302, 261),
    SETNS("setns", 308, 268),
    RENAMEAT("renameat2", 316, 276),
    COPY_FILE_RANGE("copy_file_range", 326, 285),
    STATX("statx", 332, 291),
    MOVE_MOUNT("move_mount", 429, 429),
    FSOPEN("fsopen", 430, 430),
    FSCONFIG("fsconfig", 431, 431),
    FSMOUNT("fsmount", 432, 432),
    OPENAT2("openat2", 437, 437),
    MOUNT_SETATTR("mount_setattr", 442, 442),
    FACCESSAT("faccessat", 269, 48),
    FCHMODAT("fchmodat", 268, 53),
    FCHMODAT2("fchmodat2", 452, 452);

    private static final boolean X86_64 = isX86();

    private final String callName;
    private final int onX86;
    private final int onGenericTable;

    SystemCall(String callName, int onX86, int onGenericTable) {
        this.callName = callName;
        this.onX86 = onX86;
        this.onGenericTable = onGenericTable;
    }

    String callName() {
        return callName;
    }

    long number() {
        return X86_64 ? onX86 : onGenericTable;
    }

    private static boolean isX86() {
        String architecture = System.getProperty("os.arch");
        return switch (architecture) {
            case "amd64", "x86_64" -> true;
            case "aarch64", "riscv64" -> false;
            default ->
                throw new UnknownMachineException(
                        "Slipway runs on x86-64, aarch64 and riscv64, not on %s: build there, with --platform for other machines"
                                .formatted(architecture));
        };
    }
}
