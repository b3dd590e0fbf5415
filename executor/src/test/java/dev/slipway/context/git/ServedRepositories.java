package dev.slipway.context.git;

import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.nio.file.Path;

/** Repositories behind two servers, one of which asks for a login. */
final class ServedRepositories implements AutoCloseable {
    static final String LOGIN = "oauth2:s3cret";

    private final TemporaryDirectory directory = TemporaryDirectory.create("git-served");
    private final GitHttpServer open = GitHttpServer.start(directory.path());
    private final GitHttpServer asking = GitHttpServer.start(directory.path(), Manners.OPEN.asking(LOGIN));

    Path root() {
        return directory.path();
    }

    GitHttpServer open() {
        return open;
    }

    GitHttpServer asking() {
        return asking;
    }

    /** A third one with its own manners; to be closed. */
    GitHttpServer with(Manners manners) {
        return GitHttpServer.start(root(), manners);
    }

    GitRepository create(String name) {
        return GitRepository.create(root(), name);
    }

    @Override
    public void close() {
        open.close();
        asking.close();
        directory.close();
    }
}
