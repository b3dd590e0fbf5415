package dev.slipway.context.git;

import dev.slipway.context.ContextException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.BlobBasedConfig;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.TreeWalk;

/** What {@code .gitmodules} of a commit says: the repository of each submodule's path (gitmodules(5)). */
final class Submodules {

    private static final String FILE = ".gitmodules";

    private final Map<String, String> urls;

    private Submodules(Map<String, String> urls) {
        this.urls = urls;
    }

    static Submodules of(Repository repository, RevCommit commit, GitSource source)
            throws IOException, ContextException {
        Map<String, String> urls = new HashMap<>();
        try (TreeWalk file = TreeWalk.forPath(repository, FILE, commit.getTree())) {
            if (file != null) {
                Config config = new BlobBasedConfig(new Config(), repository, file.getObjectId(0));
                for (String name : config.getSubsections("submodule")) {
                    String path = config.getString("submodule", name, "path");
                    String url = config.getString("submodule", name, "url");
                    if (path != null && url != null) {
                        urls.put(path, url);
                    }
                }
            }
        } catch (ConfigInvalidException e) {
            throw new ContextException("context \"%s\": %s is damaged: %s".formatted(source, FILE, e.getMessage()), e);
        }
        return new Submodules(urls);
    }

    /** The URL as it is written; it may be relative. */
    Optional<String> url(String path) {
        return Optional.ofNullable(urls.get(path));
    }
}
