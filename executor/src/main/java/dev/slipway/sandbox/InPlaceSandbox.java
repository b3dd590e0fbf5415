package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Launch;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.Pipe;
import dev.slipway.posix.PosixException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Runs commands in the executor's own root, where no namespace and no mount is allowed (DESIGN 3.2): one at a time, since
 * the whole process changes directory for each; what a command asks to have mounted is laid there as files and taken away
 * again. What it leaves running is killed before this returns.
 */
public final class InPlaceSandbox {
    private static final PathBytes NULL_DEVICE = PathBytes.of("dev/null");

    private final Directory root;
    private final Path scratch;
    private final Executions executions = new Executions();
    private final Orphans orphans = new Orphans();

    /**
     * From here on the process is closed to others of its user, takes in its descendants' orphans, and makes new files
     * with the mask that commands find.
     *
     * @param root the executor's own root, open for as long as commands are run
     * @param scratch a directory of ours that exists and that no command's layer can hold
     */
    public InPlaceSandbox(Directory root, Path scratch) throws IOException {
        CallingThread.closeProcessToOthers();
        CallingThread.adoptOrphans();
        CallingThread.umask(022);
        Launch.rehearse();
        this.root = root;
        this.scratch = scratch;
    }

    /**
     * Runs a command to its end, and ends what it left running.
     *
     * @throws CommandNotStartedException if the program is missing or can't be executed
     * @throws SandboxException if the environment doesn't allow what the command needs
     * @throws InterruptedIOException if the calling thread was interrupted: the command has been killed, and the thread
     *     stays interrupted
     */
    public synchronized ExitStatus run(Command command, OutputListener listener) throws IOException {
        refuseWhatTakesMore(command);
        try (Execution execution = executions.begin();
                Closeable _ = () -> CallingThread.changeDirectory(new byte[] {'/'})) {
            return run(command, listener, execution);
        } finally {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the command was killed, because the build is to end");
            }
        }
    }

    private ExitStatus run(Command command, OutputListener listener, Execution execution) throws IOException {
        Sandbox.makeWorkingDirectory(root, command.workingDirectory());
        try (PlacedMounts mounts = new PlacedMounts(root, scratch);
                OpenFile nothing = root.openRead(NULL_DEVICE);
                Pipe out = Pipe.open();
                Pipe err = Pipe.open()) {
            mounts.place(command);
            Program program = new Program(
                    command,
                    Capability.granted(),
                    nothing.fd(),
                    out.writeEnd().fd(),
                    err.writeEnd().fd());
            ExitStatus status = FreshThread.call(
                    "command output",
                    () -> execution.run(
                            program, launch -> prepare(program, launch), orphans::awaitEnd, out, err, listener),
                    execution::kill);
            mounts.requireUnwritten();
            return status;
        }
    }

    /** Kills what runs, and lets nothing start any more; for an executor that was told to end. */
    public void stop() throws IOException {
        executions.stop();
    }

    /** What takes more than a container's own root: leaving it out would give another image. */
    static void refuseWhatTakesMore(Command command) throws SandboxException {
        refuseWhatTakesNamespaces(command);
        refuseWhatTakesMounts(command.allowances());
    }

    private static void refuseWhatTakesNamespaces(Command command) throws SandboxException {
        if (command.network() == Network.NONE) {
            throw new SandboxException(
                    "a command without network takes a network namespace, which this pod doesn't allow: leave --network=none out, or give the pod CAP_SYS_ADMIN or user namespaces so that --isolation=overlay works");
        }
        if (command.hostname().isPresent()) {
            throw new SandboxException(
                    "a host name of its own takes a namespace, which this pod doesn't allow: leave --hostname and BUILDKIT_SANDBOX_HOSTNAME out");
        }
    }

    private static void refuseWhatTakesMounts(Allowances allowances) throws SandboxException {
        if (allowances.sharedMemoryBytes().isPresent()) {
            throw new SandboxException(
                    "a /dev/shm of another size takes a mount, which this pod doesn't allow: leave --shm-size out, and give the pod an emptyDir with medium: Memory at /dev/shm");
        }
        if (allowances.insecure()) {
            throw new SandboxException(
                    "RUN --security=insecure takes CAP_SYS_ADMIN, which this pod doesn't have: leave it out, or give the pod more rights so that --isolation=overlay works");
        }
    }

    /** As the command shall find itself. The directory is entered as root, who needs no access to its parents. */
    private static void prepare(Program program, Launch launch) throws IOException {
        try {
            for (ResourceLimit limit : program.command().allowances().limits()) {
                limit.apply(launch);
            }
            CallingThread.changeDirectory(program.workingDirectory());
            CallingThread.keepCapabilities(program.capabilities());
            Credentials whom = program.command().credentials();
            CallingThread.become(whom.uid(), whom.gid(), program.groups());
            Set<Integer> untilThen = new HashSet<>(whom.uid() == 0 ? program.capabilities() : Set.of());
            untilThen.add(ResourceLimit.SYS_RESOURCE);
            CallingThread.limitCapabilities(untilThen);
        } catch (PosixException e) {
            throw Refusal.of("can't set a command up in place", e);
        }
    }
}
