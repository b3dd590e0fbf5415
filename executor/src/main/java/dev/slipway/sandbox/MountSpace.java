package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.Directory;
import dev.slipway.posix.Mounts;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * A mount namespace of this process's own. What is mounted here never shows in the host's mount table, and is gone when
 * the space is closed or the process dies, however it dies. Descriptors that are opened in it are good on every thread.
 */
public final class MountSpace implements AutoCloseable {
    private final OpenFile namespace;
    private final Directory root;
    private final Directory workingDirectory;

    private MountSpace(OpenFile namespace, Directory root, Directory workingDirectory) {
        this.namespace = namespace;
        this.root = root;
        this.workingDirectory = workingDirectory;
    }

    /** @throws SandboxException if this environment allows no mount namespace: no CAP_SYS_ADMIN, or seccomp */
    public static MountSpace open() throws IOException {
        try {
            return FreshThread.call("mounts", () -> {
                CallingThread.unshare(CallingThread.FILE_SYSTEM_CONTEXT | CallingThread.NEW_MOUNTS);
                Mounts.receiveOnly();
                try (Directory proc = Directory.open(Path.of("/proc"))) {
                    return new MountSpace(
                            proc.openReadMagic(PathBytes.of("thread-self/ns/mnt")),
                            Directory.open(Path.of("/")),
                            Directory.open(Path.of(".")));
                }
            });
        } catch (PosixException e) {
            throw Refusal.of("mounts are not allowed here", e);
        }
    }

    /**
     * Runs something on a thread of its own, where paths lead through this space's mounts. It must not start a thread,
     * which would live in this space.
     */
    public <T> T call(Callable<T> action) throws IOException {
        return FreshThread.call("mounts", () -> {
            enter();
            return action.call();
        });
    }

    /** Moves the calling thread here; it must be a platform thread of no further use. */
    void enter() throws IOException {
        CallingThread.unshare(CallingThread.FILE_SYSTEM_CONTEXT);
        CallingThread.enter(namespace.fd(), CallingThread.NEW_MOUNTS);
        // That led to the root of the namespace, which is another one than ours where the process lives in a chroot.
        CallingThread.changeRoot(root);
        CallingThread.changeDirectory(workingDirectory);
    }

    @Override
    public void close() throws IOException {
        workingDirectory.close();
        root.close();
        namespace.close();
    }
}
