package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.FileType;
import dev.slipway.posix.Launch;
import dev.slipway.posix.Mounts;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.Pipe;
import dev.slipway.posix.PosixException;
import dev.slipway.posix.Processes;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs commands in roots where mounts are allowed: each in mount, process, IPC and host name namespaces of its own, as
 * process 1, with Docker's default capabilities, started from a platform thread that ends with it.
 *
 * <p>What a command leaves running dies with it: the kernel ends a process namespace with its process 1.
 */
public final class Sandbox {
    /** Loaded while classes can still be found: the thread that starts a command looks for files in its root. */
    private static final List<Class<?>> NEEDED_AFTER_CHROOT = List.of(
            PosixException.class, Errno.class, FileStatus.class, FileType.class, Refusal.class, SandboxException.class);

    private final MountSpace space;
    private final Path scratch;
    private final Executions executions = new Executions();

    /**
     * From here on the process is closed to others of its user, as a command may be.
     *
     * @param scratch a directory of ours that exists; commands get rooms in it for what they see besides their root
     */
    public Sandbox(MountSpace space, Path scratch) throws IOException {
        CallingThread.closeProcessToOthers();
        Launch.rehearse();
        this.space = space;
        this.scratch = scratch;
    }

    /**
     * Runs a command to its end.
     *
     * @param root the root directory, a path as the mount space sees it
     * @throws CommandNotStartedException if the program is missing or can't be executed
     * @throws SandboxException if the environment doesn't allow what the command needs
     * @throws InterruptedIOException if the calling thread was interrupted: the command has been killed, and the thread
     *     stays interrupted
     */
    public ExitStatus run(Path root, Command command, OutputListener listener) throws IOException {
        try (Execution execution = executions.begin()) {
            return run(root, command, listener, execution);
        } finally {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the command was killed, because the build is to end");
            }
        }
    }

    private ExitStatus run(Path root, Command command, OutputListener listener, Execution execution)
            throws IOException {
        MountPoints points = new MountPoints();
        try (CommandRoom room = CommandRoom.in(scratch);
                Closeable _ = () -> removeStubs(root, points);
                OpenFile nothing = openNull();
                Pipe out = Pipe.open();
                Pipe err = Pipe.open()) {
            Program program = new Program(
                    command,
                    command.allowances().capabilities(),
                    nothing.fd(),
                    out.writeEnd().fd(),
                    err.writeEnd().fd());
            // A thread for it, because an interrupt ends no wait inside the kernel.
            return FreshThread.call(
                    "command output",
                    () -> execution.run(
                            program,
                            launch -> prepare(root, points, program, room, launch),
                            Processes::awaitEnd,
                            out,
                            err,
                            listener),
                    execution::kill);
        }
    }

    /** The mounts end with the command; where they aren't seen their stubs can be removed. */
    private void removeStubs(Path root, MountPoints points) throws IOException {
        space.call(() -> {
            try (Directory directory = Directory.open(root)) {
                points.removeStubs(directory);
            }
            return root;
        });
    }

    /** Kills what runs, and lets nothing start any more; for an executor that was told to end. */
    public void stop() throws IOException {
        executions.stop();
    }

    /**
     * Sets the calling thread up as the command shall find itself. The thread is of no use afterwards: it sees the
     * command's root, so that not even a class of ours could be loaded on it any more.
     */
    private void prepare(Path root, MountPoints points, Program program, CommandRoom room, Launch launch)
            throws IOException {
        try {
            enter(root, points, program, room, launch);
        } catch (PosixException e) {
            throw Refusal.of("can't set a command up in \"" + root + "\"", e);
        }
    }

    private void enter(Path rootPath, MountPoints points, Program program, CommandRoom room, Launch launch)
            throws IOException {
        Command command = program.command();
        space.enter();
        CallingThread.unshare(CallingThread.NEW_MOUNTS
                | CallingThread.NEW_PROCESSES
                | CallingThread.NEW_IPC
                | CallingThread.NEW_HOSTNAME
                | (command.network() == Network.NONE ? CallingThread.NEW_NETWORK : 0));
        if (command.network() == Network.NONE) {
            CallingThread.raiseLoopback();
        }
        for (ResourceLimit limit : command.allowances().limits()) {
            limit.apply(launch);
        }
        CallingThread.setHostname(command.hostname().orElse(Command.DEFAULT_HOSTNAME));
        CallingThread.umask(0);
        Mounts.makePrivate("/");
        Mounts.bind(rootPath.toString(), rootPath.toString(), true);
        try (Directory root = Directory.open(rootPath)) {
            makeWorkingDirectory(root, command.workingDirectory());
            new CommandMounts(root, points, room, launch, command.allowances()).mountAll(command);
            CallingThread.umask(022);
            CallingThread.replaceRoot(root);
        }
        CallingThread.changeDirectory(program.workingDirectory());
        CallingThread.keepCapabilities(program.capabilities());
        Credentials whom = command.credentials();
        CallingThread.become(whom.uid(), whom.gid(), program.groups());
        // The child mounts before its program begins, which then has what the bounding set leaves to root, or nothing.
        Set<Integer> untilThen = new HashSet<>(whom.uid() == 0 ? program.capabilities() : Set.of());
        untilThen.add(Capability.SYS_ADMIN);
        untilThen.add(ResourceLimit.SYS_RESOURCE);
        CallingThread.limitCapabilities(untilThen);
    }

    /** A base image may name a directory that it doesn't have: container run-times make it, and it enters the layer. */
    static void makeWorkingDirectory(Directory root, PathBytes path) throws IOException {
        PathBytes here = PathBytes.EMPTY;
        for (PathBytes name : path.components()) {
            here = here.resolve(name);
            try {
                root.statusFollowing(here);
            } catch (PosixException e) {
                if (!e.is(Errno.ENOENT)) {
                    throw e;
                }
                root.makeDirectory(here, 0755);
            }
        }
    }

    private static OpenFile openNull() throws IOException {
        try (Directory dev = Directory.open(Path.of("/dev"))) {
            return dev.openRead(PathBytes.of("null"));
        }
    }
}
