package dev.slipway.context.git;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolver;
import dev.slipway.context.ContextUri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Git repositories (contexts.md): fetches one commit and lays its files down. */
public final class GitResolver implements ContextResolver {

    @Override
    public List<String> forms() {
        return List.of(
                "git://host/repo.git[#ref[#commit]]",
                "https://host/repo.git[#ref[:subdir]]",
                "git@host:repo.git[#ref]",
                "ssh://host/repo.git[#ref]");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return !uri.scheme().equals("dir") && GitSource.isGit(uri.text());
    }

    @Override
    public BuildContext resolve(ContextUri uri, ContextOptions options) throws ContextException, InterruptedException {
        GitSource source = GitSource.parse(uri.text(), options.environment());
        Path scratch = options.scratch();
        try {
            GitCheckout.CheckedOut found = GitCheckout.of(options)
                    .checkOut(source, GitCredentials.ofUser(source, options.environment()), scratch);
            return new BuildContext(
                    found.root(),
                    source.repository(),
                    Optional.of(found.commit()),
                    OptionalLong.of(found.fileBytes()),
                    () -> remove(scratch, source));
        } catch (ContextException | InterruptedException e) {
            try {
                remove(scratch, source);
            } catch (ContextException notRemoved) {
                e.addSuppressed(notRemoved);
            }
            throw e;
        }
    }

    private static void remove(Path scratch, GitSource source) throws ContextException {
        try {
            GitCheckout.remove(scratch);
        } catch (IOException e) {
            throw new ContextException(
                    ContextException.Kind.ENVIRONMENT,
                    "could not remove \"%s\", the checkout of \"%s\": %s".formatted(scratch, source, e.getMessage()),
                    e);
        }
    }
}
