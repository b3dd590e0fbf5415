package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextOptions;
import dev.slipway.context.ContextResolvers;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A repository whose history is a gigabyte and whose tip is a few lines. */
class LongHistoryTest {
    private static final int COMMITS = 64;
    private static final int BLOB_BYTES = 16 << 20;

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("git-history");

    @Test
    void onlyTheTipIsFetched() throws Exception {
        Path root = directory.path();
        GitRepository repository = GitRepository.create(root, "old");
        Program.of("git", "-c", "core.compression=0", "-c", "core.bigFileThreshold=1m", "fast-import", "--quiet")
                .in(repository.bare())
                .reading(LongHistoryTest::history)
                .runSuccessfully();
        assertThat(sizeBytes(repository.bare().resolve("objects/pack"))).isGreaterThan(1L << 30);
        for (String named : new String[] {"#refs/heads/main", "", "#" + tip(repository)}) {
            try (GitHttpServer server = GitHttpServer.start(root);
                    BuildContext context = ContextResolvers.installed()
                            .resolve(
                                    server.url("old") + named,
                                    Optional.empty(),
                                    ContextOptions.in(root.resolve("context")))) {
                assertThat(context.root()).isDirectoryContaining("glob:**/tip.txt");
                assertThat(context.root().resolve("blob")).doesNotExist();
                assertThat(server.sentBytes()).isLessThan(10_000);
            }
        }
    }

    /** As fast-import reads it: commits that each replace one large file, and one that removes it. */
    private static void history(OutputStream out) throws IOException {
        byte[] noise = new byte[BLOB_BYTES];
        new Random(11).nextBytes(noise);
        for (int commit = 1; commit <= COMMITS; commit++) {
            noise[0] = (byte) commit;
            print(out, commit(commit) + "M 100644 inline blob\ndata " + noise.length + "\n");
            out.write(noise);
            print(out, "\n");
        }
        print(out, commit(COMMITS + 1) + "D blob\nM 100644 inline tip.txt\ndata 4\ntip\n\n");
    }

    private static String commit(int number) {
        return "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nc\n"
                .formatted(1_700_000_000 + number);
    }

    private static void print(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String tip(GitRepository repository) {
        return repository
                .git("ls-remote", repository.bare().toString(), "refs/heads/main")
                .substring(0, 40);
    }

    private static long sizeBytes(Path packs) throws IOException {
        try (Stream<Path> files = Files.list(packs)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
