package dev.slipway.build;

import dev.slipway.build.BuildPlan.PlannedInstruction;
import dev.slipway.build.copy.Copier;
import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.CopyRules;
import dev.slipway.build.copy.CopySource;
import dev.slipway.build.copy.Owner;
import dev.slipway.build.copy.SingleFileTree;
import dev.slipway.dockerfile.CopyInstruction;
import dev.slipway.dockerfile.CopySources;
import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.FileMode;
import dev.slipway.dockerfile.Heredoc;
import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.CommitScope;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** COPY: files of the context, of another stage or of an image. */
final class CopyStep {
    private static final int INLINE_FILE = 0644;

    private CopyStep() {}

    static void run(CopyInstruction copy, PlannedInstruction planned, StageState state)
            throws BuildException, DockerfileException, CopyException, IOException, InterruptedException {
        BuildSession session = state.session();
        boolean linked = copy.link() && copy.chmod().isEmpty();
        Copier copier = copier(copy.source(), copy.files(), copy.chown(), copy.chmod(), linked, copy.excludes(), state);
        CopySource from = copy.from().isEmpty()
                ? session.contextSource()
                : session.source(planned.source(copy.from().get()), copy.source());
        for (String path : copy.files().paths()) {
            if (copy.parents()) {
                copier.copyWithParents(from, path);
            } else {
                copier.copy(from, path, false);
            }
        }
        copyInline(copy.files(), copier, state);
        String history =
                "COPY" + (copy.parents() ? " --parents" : "") + history(copy.files(), copy.chown(), copy.chmod());
        state.commit(CommitScope.paths(copier.finish()), history);
    }

    /** A copier by an instruction's flags, its destination made absolute. */
    static Copier copier(
            InstructionSource source,
            CopySources files,
            Optional<String> chown,
            Optional<String> chmod,
            boolean linked,
            List<String> excludes,
            StageState state)
            throws DockerfileException, CopyException, IOException {
        Optional<Owner> owner = chown.isEmpty() || chown.get().isEmpty()
                ? Optional.empty()
                : Optional.of(Owners.of(chown.get(), source, state, linked));
        CopyRules rules = new CopyRules(
                owner, chmod.flatMap(FileMode::parse), state.session().creationTime());
        return new Copier(
                state.tree(),
                state.absolute(files.destination()),
                rules,
                linked,
                DockerIgnore.excludes(source, excludes));
    }

    /** Heredocs: files named by their delimiters. */
    static void copyInline(CopySources files, Copier copier, StageState state) throws IOException, CopyException {
        for (Heredoc file : files.inlineFiles()) {
            byte[] content = file.content().getBytes(StandardCharsets.UTF_8);
            PathBytes name = PathBytes.of(file.name()).name();
            SingleFileTree tree = new SingleFileTree(
                    name,
                    INLINE_FILE,
                    state.session().creationTime(),
                    content.length,
                    () -> new ByteArrayInputStream(content));
            copier.copyFile(CopySource.of(tree, "heredoc", FailureClass.BUILD), name, false);
        }
    }

    /** What BuildKit's history says of flags, sources and destination. */
    static String history(CopySources files, Optional<String> chown, Optional<String> chmod) {
        StringBuilder text = new StringBuilder();
        chown.filter(value -> !value.isEmpty())
                .ifPresent(value -> text.append(" --chown=").append(value));
        chmod.ifPresent(value -> text.append(" --chmod=").append(value));
        files.paths().forEach(path -> text.append(' ').append(path));
        files.inlineFiles().forEach(file -> text.append(" <<").append(file.name()));
        return text.append(' ')
                .append(files.destination())
                .append(" # buildkit")
                .toString();
    }
}
