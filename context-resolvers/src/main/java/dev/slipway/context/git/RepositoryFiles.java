package dev.slipway.context.git;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.FS_POSIX;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Makes empty repositories for what is fetched, and keeps JGit to itself: it reads no configuration of the machine, runs
 * no {@code git} and no shell to learn of one, and writes nothing but the repository.
 */
final class RepositoryFiles {

    private static final int UMASK = 022;

    static {
        // JGit asks one object for the process's surroundings; there is no way to give a repository its own.
        SystemReader.setInstance(new Secluded());
    }

    private RepositoryFiles() {}

    /**
     * An empty repository below {@code gitDirectory}, which need not exist.
     *
     * @param largestPackBytes more than so much in one fetch is refused while it comes
     */
    static Repository create(Path gitDirectory, long largestPackBytes) throws IOException {
        FS_POSIX files = (FS_POSIX) FS.DETECTED.newInstance();
        files.setUmask(UMASK);
        FileRepositoryBuilder where = new FileRepositoryBuilder()
                .setGitDir(gitDirectory.toFile())
                .setFS(files)
                .setBare()
                .setup();
        Repository repository = new Bounded(where, largestPackBytes);
        repository.create(true);
        return repository;
    }

    /** Whatever transport brings objects, it is through here that they reach the disk. */
    private static final class Bounded extends FileRepository {
        private final long largestPackBytes;

        Bounded(FileRepositoryBuilder where, long largestPackBytes) throws IOException {
            super(where);
            this.largestPackBytes = largestPackBytes;
        }

        @Override
        public ObjectInserter newObjectInserter() {
            return new BoundedInserter(super.newObjectInserter(), largestPackBytes);
        }
    }

    /** Surroundings in which nothing is configured. */
    private static final class Secluded extends SystemReader {

        Secluded() {
            setPlatformChecker();
        }

        @Override
        public String getHostname() {
            return "localhost";
        }

        @Override
        public @Nullable String getenv(String variable) {
            return "PATH".equals(variable) ? "" : null;
        }

        @Override
        public @Nullable String getProperty(String key) {
            return System.getProperty(key);
        }

        @Override
        public FileBasedConfig openUserConfig(@Nullable Config parent, FS files) {
            return new Nothing(parent, files);
        }

        @Override
        public FileBasedConfig openSystemConfig(@Nullable Config parent, FS files) {
            return new Nothing(parent, files);
        }

        @Override
        public FileBasedConfig openJGitConfig(@Nullable Config parent, FS files) {
            return new Nothing(parent, files);
        }

        @Override
        @SuppressWarnings("deprecation") // abstract all the same
        public long getCurrentTime() {
            return System.currentTimeMillis();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        @SuppressWarnings("deprecation") // abstract all the same
        public int getTimezone(long when) {
            return (int) TimeUnit.MILLISECONDS.toMinutes(TimeZone.getDefault().getOffset(when));
        }

        @Override
        public ZoneId getTimeZoneId() {
            return ZoneId.systemDefault();
        }
    }

    /** A configuration file that isn't there and stays so. */
    private static final class Nothing extends FileBasedConfig {

        Nothing(@Nullable Config parent, FS files) {
            super(parent, new File("/dev/null"), files);
        }

        @Override
        public void load() {}

        @Override
        public boolean isOutdated() {
            return false;
        }

        @Override
        public void save() {}

        /** How exact file times are, which JGit would otherwise find out with probe files beside the repository. */
        @Override
        public long getTimeUnit(
                String section, @Nullable String subsection, String name, long defaultValue, TimeUnit unit) {
            return "filesystem".equals(section)
                    ? unit.convert(10, TimeUnit.MILLISECONDS)
                    : super.getTimeUnit(section, subsection, name, defaultValue, unit);
        }
    }
}
