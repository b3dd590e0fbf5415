package dev.slipway.rootfs;

import dev.slipway.sandbox.Command;
import dev.slipway.sandbox.ExitStatus;
import dev.slipway.sandbox.OutputListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One stage's filesystem: the layers that it starts from, and what the stage's steps do to it. Not for use by several
 * threads at a time, except that other stages may read {@link #tree()} once this one's steps are done.
 *
 * <p>All kinds give the same layers for the same changes (DESIGN 3.3), save that a write through one name of a lower
 * layer's hard link parts the names under overlay.
 */
public interface Rootfs extends AutoCloseable {

    /** The filesystem as it is now; the object stays the same for the life of this root filesystem. */
    MutableTree tree();

    /**
     * Runs a command in this root and waits for its end.
     *
     * @throws RootfsException of {@link RootfsException.Kind#ENVIRONMENT} if this kind runs no commands
     */
    ExitStatus run(Command command, OutputListener output) throws IOException;

    /**
     * The root directory, a path as {@link #run}'s mounts are resolved: what {@code RUN --mount=from=} of another stage
     * binds. Only of a root filesystem that runs commands.
     */
    Path directory() throws IOException;

    /**
     * Makes a layer of what changed since the last commit; nothing if nothing did. What it holds is settled when this
     * returns, so the next step may begin.
     */
    Optional<PendingLayer> commit(CommitScope scope) throws IOException;

    /** The base's layers and those committed so far, lowest first; waits for those that are still being written. */
    List<ImageLayer> layers() throws IOException;

    /** Waits for pending layers, then unmounts and removes everything that isn't for others to use. */
    @Override
    void close() throws IOException;
}
