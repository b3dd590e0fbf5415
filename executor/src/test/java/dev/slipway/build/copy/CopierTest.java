package dev.slipway.build.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.archive.tar.TarEntry;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.TarWriter;
import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.FileMode;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.progress.FailureClass;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

class CopierTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    private final MemoryTree source = new MemoryTree();
    private final MemoryTree target = new MemoryTree();
    private CopyRules rules = new CopyRules(Optional.empty(), Optional.empty(), NOW);
    private boolean linked;

    @Test
    void aFileTakesTheDestinationsName() throws Exception {
        source.file("a.txt", "a", 0600, 5, 6);
        assertThat(copy("a.txt", "/opt/renamed"))
                .extracting(PathBytes::toString)
                .containsExactly("opt", "opt/renamed");
        assertThat(target.at("opt")).isEqualTo("dir 755 0:0");
        assertThat(target.at("opt/renamed")).isEqualTo("file 600 5:6 a");
    }

    @Test
    void aTrailingSlashMakesADirectoryOfTheDestination() throws Exception {
        source.file("a.txt", "a");
        copy("a.txt", "/opt/new/");
        copy("a.txt", "/x/.");
        assertThat(target.at("opt/new/a.txt")).isEqualTo("file 644 0:0 a");
        assertThat(target.at("x/a.txt")).isEqualTo("file 644 0:0 a");
    }

    @Test
    void aFileGoesIntoADirectoryThatIsThere() throws Exception {
        source.file("a.txt", "a");
        target.directory("box", 01777, 3, 4);
        assertThat(copy("a.txt", "/box")).extracting(PathBytes::toString).containsExactly("box/a.txt");
        assertThat(target.at("box")).isEqualTo("dir 1777 3:4");
        assertThat(target.at("box/a.txt")).isEqualTo("file 644 0:0 a");
    }

    @Test
    void theTimesOfDirectoriesThatWereThereStay() throws Exception {
        source.file("a.txt", "a");
        target.directory("box");
        copy("a.txt", "/box/");
        assertThat(target.status(PathBytes.of("box")))
                .map(FileStatus::mtimeSeconds)
                .hasValue(1_000_000_000L);
    }

    @Test
    void aDirectoryPoursOutItsContents() throws Exception {
        source.directory("d", 0700, 1, 1).directory("d/sub", 02775, 7, 8).file("d/sub/y", "y");
        copy("d", "/srv/d");
        assertThat(target.at("srv/d")).isEqualTo("dir 755 0:0");
        assertThat(target.at("srv/d/sub")).isEqualTo("dir 2775 7:8");
        assertThat(target.at("srv/d/sub/y")).isEqualTo("file 644 0:0 y");
    }

    @Test
    void anExistingTopKeepsItsAttributesAndThoseBelowTakeTheSources() throws Exception {
        source.directory("d", 0750, 0, 0).directory("d/sub", 0750, 0, 0);
        target.directory("d", 0700, 5, 6).directory("d/sub", 0700, 5, 6).directory("d/other", 0700, 5, 6);
        copy("d", "/d");
        assertThat(target.at("d")).isEqualTo("dir 700 5:6");
        assertThat(target.at("d/sub")).isEqualTo("dir 750 0:0");
        assertThat(target.at("d/other")).isEqualTo("dir 700 5:6");
    }

    @Test
    void linksAreFollowedInNamesAndKeptInTrees() throws Exception {
        source.directory("dir").link("dir/inner", "nowhere").link("ln", "dir");
        copy("ln", "/d");
        assertThat(target.at("d/inner")).isEqualTo("link nowhere");
    }

    @Test
    void nothingClimbsOutOfTheRoot() throws Exception {
        source.file("f", "f").link("up", "../../../f");
        copy("../../f", "/a");
        copy("up", "/b");
        assertThat(target.at("a")).isEqualTo("file 644 0:0 f");
        assertThat(target.at("b")).isEqualTo("file 644 0:0 f");
    }

    @Test
    void aDestinationThatIsALinkIsWrittenThrough() throws Exception {
        source.file("a", "new");
        target.file("target", "old").link("link", "/target").link("dangling", "/made");
        copy("a", "/link");
        copy("a", "/dangling/sub/");
        assertThat(target.at("link")).isEqualTo("link /target");
        assertThat(target.at("target")).isEqualTo("file 644 0:0 new");
        assertThat(target.at("made/sub/a")).isEqualTo("file 644 0:0 new");
    }

    @Test
    void hardLinksStayWithinOneSource() throws Exception {
        source.directory("d").file("d/one", "x").hardLinked("d/two", "d/one");
        copy("d", "/d");
        assertThat(target.areOne("d/one", "d/two")).isTrue();
        copy("d/*", "/e/");
        assertThat(target.areOne("e/one", "e/two")).isFalse();
    }

    @Test
    void aSocketBecomesAnEmptyFile() throws Exception {
        source.directory("d").socket("d/agent", 0660, 5, 6);
        copy("d", "/d");
        copy("d/agent", "/named");
        assertThat(target.at("d/agent")).isEqualTo("file 660 5:6 ");
        assertThat(target.at("named")).isEqualTo("file 660 5:6 ");
    }

    @Test
    void wildcardsMatchComponentByComponent() throws Exception {
        source.directory("dir")
                .file("dir/x.txt", "x")
                .file(".h.txt", "h")
                .file("y.md", "y")
                .link("ln", "dir");
        copy("*.txt", "/a/");
        copy("ln/*.txt", "/b/");
        copy("l?/x.txt", "/c/");
        copy("**/*.txt", "/e/");
        assertThat(target.at("a/.h.txt")).startsWith("file");
        assertThat(target.at("b/x.txt")).startsWith("file");
        assertThat(target.at("c")).isEqualTo("nothing");
        assertThat(target.at("e/x.txt")).startsWith("file");
    }

    @Test
    void aMissingSourceIsSaidWithItsPlace() {
        assertThatThrownBy(() -> copy("nosuch.txt", "/"))
                .isInstanceOf(CopyException.class)
                .hasMessageContaining("\"/nosuch.txt\" is not in the context")
                .extracting(e -> ((CopyException) e).failure())
                .isEqualTo(FailureClass.CONTEXT);
    }

    @Test
    void directoriesAndFilesDontReplaceEachOther() {
        source.directory("d").directory("d/x").file("f", "f");
        target.file("f", "f").directory("d").file("d/x", "x").directory("e").directory("e/f");
        assertThatThrownBy(() -> copy("d", "/f")).hasMessageContaining("\"/f\"");
        assertThatThrownBy(() -> copy("d", "/d")).hasMessageContaining("\"/d/x\"");
        assertThatThrownBy(() -> copy("f", "/e/")).hasMessageContaining("\"/e/f\"");
    }

    @Test
    void aLinkInsideACopiedTreeGivesWayToAFileAndNotToADirectory() throws Exception {
        source.directory("d").file("d/x", "new").directory("e").directory("e/x");
        target.file("kept", "old").directory("d").link("d/x", "/kept");
        target.directory("there").directory("e").link("e/x", "/there");
        copy("d", "/d");
        assertThat(target.at("d/x")).isEqualTo("file 644 0:0 new");
        assertThat(target.at("kept")).isEqualTo("file 644 0:0 old");
        assertThatThrownBy(() -> copy("e", "/e")).hasMessageContaining("symbolic link");
    }

    @Test
    void anArchivesEntriesFollowAbsoluteLinksInsideTheRoot() throws Exception {
        source.file(
                "t.tar",
                tar(TarEntry.of(TarType.FILE, bytes("lib/x")).permissions(0600).build()));
        target.directory("usr").directory("usr/lib").link("lib", "/usr/lib");
        add("t.tar", "/");
        assertThat(target.at("lib")).isEqualTo("link /usr/lib");
        assertThat(target.at("usr/lib/x")).isEqualTo("file 600 0:0 ");
    }

    @Test
    void linksInACircleAreRefused() {
        source.file("a", "a");
        target.link("one", "two").link("two", "one");
        assertThatThrownBy(() -> copy("a", "/one/x")).hasMessageContaining("/one");
    }

    @Test
    void ownersAndModesAreChangedWithTheParentsThatAreMade() throws Exception {
        source.directory("d").directory("d/sub").file("d/x", "x").link("d/l", "x");
        rules = new CopyRules(Optional.of(new Owner(5, 6)), FileMode.parse("750"), NOW);
        copy("d", "/p/d");
        assertThat(target.at("p")).isEqualTo("dir 750 5:6");
        assertThat(target.at("p/d/sub")).isEqualTo("dir 750 5:6");
        assertThat(target.at("p/d/x")).isEqualTo("file 750 5:6 x");
        assertThat(target.at("p/d/l")).isEqualTo("link x");
    }

    @Test
    void specialBitsAreForWhatIsCopiedAndNotForDirectoriesThatAreMade() throws Exception {
        source.directory("d").directory("d/sub").file("d/x", "x");
        rules = new CopyRules(Optional.empty(), FileMode.parse("3775"), NOW);
        copy("d", "/p/d");
        assertThat(target.at("p")).isEqualTo("dir 775 0:0");
        assertThat(target.at("p/d")).isEqualTo("dir 775 0:0");
        assertThat(target.at("p/d/sub")).isEqualTo("dir 3775 0:0");
        assertThat(target.at("p/d/x")).isEqualTo("file 3775 0:0 x");
    }

    @Test
    void aSymbolicModeLeavesNewParentsAlone() throws Exception {
        source.directory("d").directory("d/sub");
        rules = new CopyRules(Optional.empty(), FileMode.parse("go="), NOW);
        copy("d", "/p/d");
        assertThat(target.at("p/d")).isEqualTo("dir 755 0:0");
        assertThat(target.at("p/d/sub")).isEqualTo("dir 700 0:0");
    }

    @Test
    void linkedCopiesLayThemselvesOverWhatIsThere() throws Exception {
        source.file("a", "a").directory("d").file("d/new", "n");
        target.directory("real")
                .link("link", "/real")
                .directory("tmp", 01777, 3, 4)
                .directory("box")
                .file("box/x", "x")
                .file("f", "f");
        linked = true;
        copy("a", "/link/");
        copy("a", "/tmp/");
        copy("a", "/box");
        copy("d", "/f");
        assertThat(target.at("link")).isEqualTo("dir 755 0:0");
        assertThat(target.at("real/a")).isEqualTo("nothing");
        assertThat(target.at("tmp")).isEqualTo("dir 755 0:0");
        assertThat(target.at("box")).isEqualTo("file 644 0:0 a");
        assertThat(target.at("f/new")).isEqualTo("file 644 0:0 n");
    }

    @Test
    void parentsAreRebuiltFromThePivotOn() throws Exception {
        source.directory("a")
                .directory("a/b", 0700, 1, 2)
                .file("a/b/one.txt", "1")
                .file("a/b/two.md", "2")
                .directory("a/empty");
        copyWithParents("./a/b/one.txt", "/x/");
        copyWithParents("a/./b/*.md", "/y");
        copyWithParents("none*/z", "/z/");
        assertThat(target.at("x/a/b")).isEqualTo("dir 700 1:2");
        assertThat(target.at("x/a/b/one.txt")).startsWith("file");
        assertThat(target.at("x/a/b/two.md")).isEqualTo("nothing");
        assertThat(target.at("x/a/empty")).isEqualTo("nothing");
        assertThat(target.at("y/b/two.md")).startsWith("file");
        assertThat(target.at("y/a")).isEqualTo("nothing");
        assertThat(target.at("z")).startsWith("dir");
        assertThatThrownBy(() -> copyWithParents("a/b/none.txt", "/x/")).hasMessageContaining("/a/b/none.txt");
    }

    @Test
    void archivesAreUnpackedBelowTheDestination() throws Exception {
        source.file(
                "t.tar",
                tar(
                        TarEntry.of(TarType.DIRECTORY, bytes("./"))
                                .permissions(0700)
                                .build(),
                        TarEntry.of(TarType.FILE, bytes("../../evil"))
                                .permissions(0640)
                                .owner(7, 8)
                                .build(),
                        TarEntry.of(TarType.HARD_LINK, bytes("hard"))
                                .linkName(bytes("evil"))
                                .permissions(0640)
                                .build(),
                        TarEntry.of(TarType.SYMLINK, bytes("abs"))
                                .linkName(bytes("/etc/passwd"))
                                .build(),
                        TarEntry.of(TarType.FILE, bytes("deep/down/f"))
                                .permissions(0600)
                                .build()));
        target.directory("out", 0711, 0, 0).directory("out/evil").file("out/evil/x", "x");
        add("t.tar", "/out");
        assertThat(target.at("out")).isEqualTo("dir 711 0:0");
        assertThat(target.at("out/evil")).isEqualTo("file 640 7:8 ");
        assertThat(target.areOne("out/evil", "out/hard")).isTrue();
        assertThat(target.at("out/abs")).isEqualTo("link /etc/passwd");
        assertThat(target.at("out/deep/down")).isEqualTo("dir 755 0:0");
    }

    @Test
    void anArchiveGivesNoDirectoryASecondName() throws Exception {
        source.file(
                "t.tar",
                tar(
                        TarEntry.of(TarType.DIRECTORY, bytes("a/"))
                                .permissions(0755)
                                .build(),
                        TarEntry.of(TarType.HARD_LINK, bytes("a/b"))
                                .linkName(bytes("a"))
                                .build()));
        assertThatThrownBy(() -> add("t.tar", "/"))
                .isInstanceOf(CopyException.class)
                .hasMessageContaining("entry \"a/b\" is a hard link to \"a\", which is a directory");
    }

    @Test
    void whatIsNoArchiveIsCopied() throws Exception {
        source.file("t.tar", "plain").file("zeros", "\0".repeat(1024));
        add("t.tar", "/out/");
        add("zeros", "/out/");
        assertThat(target.at("out/t.tar")).endsWith("plain");
        assertThat(target.at("out/zeros")).startsWith("file");
    }

    private SortedSet<PathBytes> copy(String path, String destination) throws IOException, CopyException {
        Copier copier = new Copier(target, destination, rules, linked, DockerIgnore.none());
        copier.copy(from(), path, false);
        return copier.finish();
    }

    private void add(String path, String destination) throws IOException, CopyException {
        Copier copier = new Copier(target, destination, rules, linked, DockerIgnore.none());
        copier.copy(from(), path, true);
        copier.finish();
    }

    private void copyWithParents(String path, String destination) throws IOException, CopyException {
        Copier copier = new Copier(target, destination, rules, linked, DockerIgnore.none());
        copier.copyWithParents(from(), path);
        copier.finish();
    }

    private CopySource from() {
        return CopySource.of(source, "the context", FailureClass.CONTEXT);
    }

    private static String tar(TarEntry... entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        for (TarEntry entry : entries) {
            writer.begin(entry);
        }
        writer.finish();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
