package dev.slipway.build;

import dev.slipway.build.copy.ContextTree;
import dev.slipway.build.copy.Copier;
import dev.slipway.build.copy.CopyException;
import dev.slipway.build.copy.CopySource;
import dev.slipway.build.copy.SingleFileTree;
import dev.slipway.dockerfile.AddInstruction;
import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.SourceKind;
import dev.slipway.posix.Directory;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import dev.slipway.rootfs.CommitScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** ADD: as COPY from the context, and it unpacks archives and fetches URLs. */
final class AddStep {
    private static final int DOWNLOADED_FILE = 0600;

    private AddStep() {}

    static void run(AddInstruction add, StageState state)
            throws BuildException, DockerfileException, CopyException, IOException, InterruptedException {
        boolean linked = add.link() && add.chmod().isEmpty();
        Copier copier =
                CopyStep.copier(add.source(), add.files(), add.chown(), add.chmod(), linked, add.excludes(), state);
        for (String path : add.files().paths()) {
            switch (SourceKind.of(path)) {
                case LOCAL ->
                    copier.copy(
                            state.session().contextSource(), path, add.unpack().orElse(true));
                case HTTP -> fetch(path, add, copier, state);
                case GIT -> checkOut(path, add, copier, state);
            }
        }
        CopyStep.copyInline(add.files(), copier, state);
        String history = "ADD" + CopyStep.history(add.files(), add.chown(), add.chmod());
        state.commit(CommitScope.paths(copier.finish()), history);
    }

    private static void checkOut(String url, AddInstruction add, Copier copier, StageState state)
            throws BuildException, CopyException, IOException, InterruptedException {
        Path files = state.session().remoteSources().repository(url, add);
        ContextTree tree = state.session().keepOpen(new ContextTree(Directory.open(files), DockerIgnore.none(), ""));
        copier.copy(CopySource.of(tree, "the repository", FailureClass.BUILD), "/", false);
    }

    private static void fetch(String url, AddInstruction add, Copier copier, StageState state)
            throws BuildException, CopyException, IOException {
        Optional<String> checksum = add.checksum();
        Download download = state.session().downloads().fetch(url, checksum, add.source());
        PathBytes name = PathBytes.of(download.fileName());
        SingleFileTree tree = new SingleFileTree(
                name,
                DOWNLOADED_FILE,
                download.modified().orElse(Instant.EPOCH),
                Files.size(download.file()),
                () -> Files.newInputStream(download.file()));
        copier.copyFile(
                CopySource.of(tree, "the download " + url, FailureClass.BUILD),
                name,
                add.unpack().orElse(false));
    }
}
