package dev.slipway.build;

import dev.slipway.build.copy.Copier;
import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.CopyRules;
import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.rootfs.CommitScope;
import java.io.IOException;
import java.util.Optional;

/** A stage on a directory that {@code --build-context} put in the place of an image: its files become a layer. */
final class DirectoryBase {
    private DirectoryBase() {}

    static void copy(Base.OfDirectory directory, PlannedStage stage, StageState state)
            throws BuildException, IOException, InterruptedException {
        InstructionSource source = stage.from().source();
        CopyRules rules = new CopyRules(
                Optional.empty(), Optional.empty(), state.session().creationTime());
        Copier copier = new Copier(state.tree(), "/", rules, false, DockerIgnore.none());
        try {
            copier.copy(state.session().source(directory, source), "/", false);
        } catch (CopyException e) {
            throw Locations.failure(e.failure(), source, "FROM: " + e.getMessage(), e);
        }
        state.commit(CommitScope.paths(copier.finish()), "FROM " + stage.from().image() + " # buildkit");
    }
}
