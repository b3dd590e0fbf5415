package dev.slipway.context.git;

import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;

/** Makes the fetched repository one that {@code git} works with in the image: branch, tag, index, remote. */
final class KeptRepository {

    private KeptRepository() {}

    static void finish(
            Repository repository, GitSource source, GitFetch.Fetched fetched, RevCommit commit, Path directory)
            throws IOException {
        for (var ref : fetched.refs().entrySet()) {
            String name = ref.getKey();
            if (name.startsWith(Constants.R_TAGS)) {
                update(repository, name, ref.getValue());
            } else if (name.startsWith(Constants.R_HEADS)) {
                update(
                        repository,
                        Constants.R_REMOTES + "origin/" + name.substring(Constants.R_HEADS.length()),
                        ref.getValue());
            }
        }
        if (fetched.name().filter(name -> name.startsWith(Constants.R_HEADS)).isPresent()) {
            update(repository, fetched.name().get(), commit);
            repository.updateRef(Constants.HEAD).link(fetched.name().get());
        } else {
            RefUpdate head = repository.updateRef(Constants.HEAD, true);
            head.setNewObjectId(commit);
            head.disableRefLog();
            head.forceUpdate();
        }
        StoredConfig config = repository.getConfig();
        config.setBoolean("core", null, "bare", false);
        config.setString("remote", "origin", "url", source.url());
        config.setString("remote", "origin", "fetch", "+refs/heads/*:refs/remotes/origin/*");
        config.save();
        DirCache index = DirCache.lock(directory.resolve(".git/index").toFile(), repository.getFS());
        try (ObjectReader reader = repository.newObjectReader()) {
            DirCacheBuilder builder = index.builder();
            builder.addTree(new byte[0], 0, reader, commit.getTree());
            builder.finish();
            index.write();
            if (!index.commit()) {
                throw new IOException("the index of \"%s\" can't be written".formatted(directory));
            }
        } finally {
            index.unlock();
        }
    }

    private static void update(Repository repository, String name, ObjectId id) throws IOException {
        RefUpdate update = repository.updateRef(name);
        update.setNewObjectId(id);
        update.disableRefLog();
        update.forceUpdate();
    }
}
