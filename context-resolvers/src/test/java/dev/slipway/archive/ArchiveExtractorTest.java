package dev.slipway.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarType;
import dev.slipway.posix.Directory;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveExtractorTest {
    private static final Instant TIME = Instant.ofEpochSecond(1_600_000_000, 5);

    @TempDir
    private Path temporary;

    private Directory destination;

    @BeforeEach
    void openDestination() throws IOException {
        Files.writeString(temporary.resolve("secret"), "untouched");
        destination = Directory.open(Files.createDirectory(temporary.resolve("context")));
    }

    @AfterEach
    void nothingOutsideHasChanged() throws IOException {
        destination.close();
        assertThat(temporary.resolve("secret")).hasContent("untouched");
        try (var names = Files.list(temporary)) {
            assertThat(names.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("secret", "context");
        }
    }

    private static TarEntry.Builder entry(TarType type, String name) {
        return TarEntry.of(type, name.getBytes(UTF_8)).permissions(0644).modified(TIME);
    }

    private static TarEntry symlink(String name, String target) {
        return entry(TarType.SYMLINK, name).linkName(target.getBytes(UTF_8)).build();
    }

    private ArchiveExtractor.Extracted extract(TarEntry... entries) throws IOException {
        return ArchiveExtractor.extract(
                new ByteArrayInputStream(ArchiveReaderTest.tar(List.of(entries))), destination, ArchiveLimits.DEFAULT);
    }

    @Test
    void keepsPermissionsTimesAndLinksButNotOwners() throws IOException {
        ArchiveExtractor.Extracted extracted = extract(
                entry(TarType.DIRECTORY, "closed/").permissions(0555).build(),
                entry(TarType.FILE, "closed/f")
                        .permissions(0755)
                        .sizeBytes(3)
                        .owner(1234, 1234)
                        .build(),
                entry(TarType.HARD_LINK, "g")
                        .linkName("closed/f".getBytes(UTF_8))
                        .build(),
                symlink("closed/l", "../g"),
                entry(TarType.FIFO, "p").build(),
                entry(TarType.FILE, "new/parents/f").build());

        assertThat(extracted).isEqualTo(new ArchiveExtractor.Extracted(6, 3));
        FileStatus directory = destination.status(PathBytes.of("closed"));
        assertThat(directory.permissions()).isEqualTo(0555);
        assertThat(directory.mtimeNanos()).isEqualTo(5);
        FileStatus file = destination.status(PathBytes.of("closed/f"));
        assertThat(file.permissions()).isEqualTo(0755);
        assertThat(file.mtimeNanos()).isEqualTo(5);
        assertThat(file.links()).isEqualTo(2);
        assertThat(file.uid()).isZero();
        assertThat(destination.readLink(PathBytes.of("closed/l")))
                .asString(UTF_8)
                .isEqualTo("../g");
    }

    @Test
    void refusesLinksThatLeadOut() {
        for (String target : List.of("/etc/passwd", "../secret", "a/../../secret")) {
            assertThatThrownBy(() -> extract(symlink("l", target)))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("archive entry \"l\" is a link to")
                    .hasMessageContaining("which leads out of the archive");
        }
    }

    @Test
    void refusesToGoThroughALink() {
        assertThatThrownBy(() -> extract(
                        entry(TarType.DIRECTORY, "d/").build(),
                        symlink("l", "d"),
                        entry(TarType.FILE, "l/f").build()))
                .hasMessageContaining("archive entry \"l/f\" lies below \"l\"");
        assertThatThrownBy(() -> extract(
                        entry(TarType.DIRECTORY, "e/").build(),
                        entry(TarType.FILE, "e/f").build(),
                        symlink("m", "e"),
                        entry(TarType.HARD_LINK, "h")
                                .linkName("m/f".getBytes(UTF_8))
                                .build()))
                .hasMessageContaining("lies behind the link \"m\"");
    }

    @Test
    void refusesDevicesAndHardLinksToNothing() {
        assertThatThrownBy(() -> extract(
                        entry(TarType.CHARACTER_DEVICE, "null").device(1, 3).build()))
                .hasMessageContaining("archive entry \"null\" is a device node");
        assertThatThrownBy(() -> extract(entry(TarType.HARD_LINK, "h")
                        .linkName("../secret".getBytes(UTF_8))
                        .build()))
                .hasMessageContaining("the file it is a hard link to is absolute or leads out of the archive");
        assertThatThrownBy(() -> extract(entry(TarType.HARD_LINK, "h")
                        .linkName("none".getBytes(UTF_8))
                        .build()))
                .hasMessageContaining("did not come before it as a file");
    }

    @Test
    void refusesANameThatComesTwiceUnlessBothAreDirectories() throws IOException {
        assertThatThrownBy(() -> extract(
                        entry(TarType.FILE, "f").build(),
                        entry(TarType.FILE, "./f").build()))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("archive entry \"f\" comes twice");
        extract(
                entry(TarType.DIRECTORY, "d/").permissions(0700).build(),
                entry(TarType.DIRECTORY, "./d").permissions(0750).build());

        assertThat(destination.status(PathBytes.of("d")).permissions()).isEqualTo(0750);
    }

    @Test
    void leavesTheDestinationItselfAlone() throws IOException {
        int before = destination.status().permissions();

        extract(entry(TarType.DIRECTORY, "./").permissions(0).build());

        assertThat(destination.status().permissions()).isEqualTo(before);
    }
}
