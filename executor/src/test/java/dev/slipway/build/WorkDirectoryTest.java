package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {
    @TempDir
    Path directory;

    private Stream<Path> builds() throws Exception {
        return Files.list(directory.resolve("work/builds"));
    }

    @Test
    void removesWhatTheBuildKeptWhenItEnds() throws Exception {
        try (WorkDirectory work = WorkDirectory.open(directory)) {
            Files.createDirectories(work.context().resolve("a/b"));
            Files.writeString(work.temporary().resolve("file"), "x");
            assertThat(builds()).containsExactly(work.build());
        }
        assertThat(builds()).isEmpty();
    }

    @Test
    void removesWhatAKilledBuildLeftButNothingOfOneThatLives() throws Exception {
        Path killed = directory.resolve("work/builds/0123456789abcdef/upper");
        Files.createDirectories(killed);
        try (WorkDirectory first = WorkDirectory.open(directory);
                WorkDirectory second = WorkDirectory.open(directory)) {
            assertThat(killed.getParent()).doesNotExist();
            assertThat(builds()).containsExactlyInAnyOrder(first.build(), second.build());
        }
        assertThat(builds()).isEmpty();
    }

    @Test
    void keepsTheStoreFromBuildToBuild() throws Exception {
        try (WorkDirectory work = WorkDirectory.open(directory)) {
            Files.createDirectories(work.store().resolve("blobs"));
        }
        assertThat(directory.resolve("work/store/blobs")).exists();
    }

    @Test
    void livesInSlipwaysOwnDirectoryWhereThereIsOne() {
        assertThat(WorkDirectory.standard(directory, Map.of())).isEqualTo(directory);
    }

    @Test
    void livesInTheUsersCacheOutsideOurImage() {
        Path image = directory.resolve("none");
        assertThat(WorkDirectory.standard(image, Map.of("HOME", "/home/a")))
                .isEqualTo(Path.of("/home/a/.cache/slipway"));
        assertThat(WorkDirectory.standard(image, Map.of("HOME", "/home/a", "XDG_CACHE_HOME", "/c")))
                .isEqualTo(Path.of("/c/slipway"));
    }
}
