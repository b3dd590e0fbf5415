package dev.slipway.build;

import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.CopyRules;
import dev.slipway.build.copy.Target;
import dev.slipway.build.copy.TreePaths;
import dev.slipway.dockerfile.WorkdirInstruction;
import dev.slipway.posix.PathBytes;
import dev.slipway.rootfs.CommitScope;
import java.io.IOException;
import java.util.Optional;

/** WORKDIR: where later instructions work; the directory is made where it is missing, owned by the current USER. */
final class WorkdirStep {
    private WorkdirStep() {}

    static void run(WorkdirInstruction workdir, StageState state)
            throws IOException, CopyException, InterruptedException {
        boolean windows = state.stage().isWindows();
        String path = windows ? StageState.withoutDrive(workdir.path()) : workdir.path();
        String directory;
        if (path.startsWith("/")) {
            directory = path;
        } else {
            directory = "/" + TreePaths.clean(state.absolute(path)).toUtf8();
        }
        // Windows takes no forward slashes there.
        String shown = windows ? directory.replace('/', '\\') : directory;
        state.change(container -> container.workingDir(shown));
        String history = "WORKDIR " + directory;
        if (directory.equals("/")) {
            state.note(history);
            return;
        }
        Target target = new Target(state.tree());
        CopyRules rules = new CopyRules(
                Owners.ofUser(workdir.source(), state),
                Optional.empty(),
                state.session().creationTime());
        PathBytes resolved = TreePaths.resolve(state.tree(), TreePaths.clean(directory));
        target.makeDirectories(resolved, rules);
        target.close();
        state.commit(CommitScope.paths(target.written()), history);
    }
}
