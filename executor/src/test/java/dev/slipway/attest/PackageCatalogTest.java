package dev.slipway.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.Program;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which packages each kind of file tells of. */
class PackageCatalogTest {
    private final PackageCatalog catalog = new PackageCatalog();

    @TempDir
    private Path directory;

    private void add(String path, String content) throws IOException {
        add(path, content.getBytes(StandardCharsets.UTF_8));
    }

    private void add(String path, byte[] content) throws IOException {
        assertThat(PackageCatalog.isOfInterest(path, false)).as(path).isTrue();
        catalog.add(path, content.length, false, new ByteArrayInputStream(content));
    }

    private List<String> urls() {
        return catalog.packages().stream().map(SoftwarePackage::packageUrl).toList();
    }

    @Test
    void readsWhatDpkgHasInstalledAndNotWhatItRemembers() throws IOException {
        add("etc/os-release", "PRETTY_NAME=\"x\"\nID=debian\nVERSION_ID=\"12\"\n");
        add("var/lib/dpkg/status", """
                Package: libc6
                Status: install ok installed
                Architecture: amd64
                Version: 2:2.36-9+deb12u9
                Description: a
                 Version: not this

                Package: gone
                Status: deinstall ok config-files
                Version: 1
                """);
        add("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a\nArchitecture: all\n");
        assertThat(urls())
                .containsExactly(
                        "pkg:deb/debian/libc6@2:2.36-9%2Bdeb12u9?arch=amd64&distro=debian-12",
                        "pkg:deb/debian/tzdata@2024a?arch=all&distro=debian-12");
    }

    @Test
    void readsApksDatabase() throws IOException {
        add("lib/apk/db/installed", "C:Q1x\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\nP:zlib\nV:1.3.1-r1\n\n");
        assertThat(urls()).containsExactly("pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64", "pkg:apk/alpine/zlib@1.3.1-r1");
        assertThat(catalog.packages().first().licenses()).contains("MIT");
    }

    @Test
    void readsRpmsDatabaseAsSqliteHasWrittenIt() throws IOException {
        StringBuilder script = new StringBuilder("import sqlite3\nd = sqlite3.connect('rpmdb.sqlite')\n"
                + "d.execute('pragma page_size=512')\nd.execute('vacuum')\n"
                + "d.execute('create table Other (a)')\n"
                + "d.execute('create table Packages (hnum integer primary key autoincrement, blob blob not null)')\n");
        for (int i = 0; i < 60; i++) {
            // Some fit into a page, others overflow to several.
            byte[] header = header(Map.of(
                    RpmHeader.NAME,
                    "package" + i,
                    RpmHeader.VERSION,
                    "1." + i,
                    RpmHeader.RELEASE,
                    "2.el9",
                    RpmHeader.LICENSE,
                    "GPL".repeat(i * i),
                    RpmHeader.ARCHITECTURE,
                    "x86_64"));
            script.append("d.execute('insert into Packages (blob) values (?)', (bytes.fromhex('%s'),))%n"
                    .formatted(HexFormat.of().formatHex(header)));
        }
        script.append("d.commit()\n");
        Program.of("python3", "-")
                .in(directory)
                .reading(script.toString().getBytes(StandardCharsets.UTF_8))
                .runSuccessfully();
        add("var/lib/rpm/rpmdb.sqlite", Files.readAllBytes(directory.resolve("rpmdb.sqlite")));
        assertThat(catalog.unread()).isEmpty();
        assertThat(urls()).hasSize(60).contains("pkg:rpm/redhat/package59@1.59-2.el9?arch=x86_64");
        assertThat(catalog.packages().last().licenses().orElseThrow()).startsWith("GPLGPL");
    }

    /** A header of strings, as rpm lays it out. */
    private static byte[] header(Map<Integer, String> strings) {
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        ByteBuffer index = ByteBuffer.allocate(8 + 16 * strings.size());
        index.putInt(strings.size());
        index.putInt(0);
        new TreeMap<>(strings).forEach((tag, text) -> {
            index.putInt(tag).putInt(6).putInt(values.size()).putInt(1);
            values.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            values.write(0);
        });
        index.putInt(4, values.size());
        return ByteBuffer.allocate(index.capacity() + values.size())
                .put(index.array())
                .put(values.toByteArray())
                .array();
    }

    @Test
    void saysWhatItCanNotRead() throws IOException {
        add("var/lib/rpm/Packages", "a Berkeley DB");
        add("var/lib/rpm/rpmdb.sqlite", "no database");
        add("app/node_modules/x/package.json", "{");
        add("app/a-1.jar", "no jar");
        add("app/package-lock.json", "\0\0\0[[Zpa");
        assertThat(catalog.unread())
                .anyMatch(text -> text.contains("/var/lib/rpm/Packages: not a Berkeley DB"))
                .anyMatch(text -> text.contains("rpmdb.sqlite: not an SQLite database"))
                .anyMatch(text -> text.contains("package.json: not JSON"))
                .anyMatch(text -> text.contains("package-lock.json: not JSON: Invalid UTF-32 character"));
        assertThat(urls()).containsExactly("pkg:maven/a@1");
    }

    @Test
    void saysWhichJarIsCutOff() throws IOException {
        byte[] whole = jar(Map.of(
                "META-INF/maven/g/a/pom.properties",
                "artifactId=a\nversion=1\n".repeat(100).getBytes(StandardCharsets.UTF_8)));
        catalog.add("app/a-1.jar", 70, false, new ByteArrayInputStream(whole, 0, 70));
        assertThat(catalog.unread()).singleElement().asString().contains("/app/a-1.jar: not a jar that can be read");
    }

    @Test
    void readsNoMoreOfAJarsPropertiesThanTheyEverHave() throws IOException {
        byte[] bomb = new byte[4 << 20];
        Arrays.fill(bomb, (byte) 'x');
        byte[] jar = jar(Map.of("META-INF/maven/g/a/pom.properties", bomb));
        catalog.add("app/a-1.jar", jar.length, false, new ByteArrayInputStream(jar));
        assertThat(catalog.unread()).singleElement().asString().contains("a pom.properties of more than 1048576 bytes");
    }

    @Test
    void readsJarsWithinJars() throws IOException {
        byte[] inner = jar(Map.of(
                "META-INF/maven/org.example/inner/pom.properties",
                "groupId=org.example\nartifactId=inner\nversion=2.0\n".getBytes(StandardCharsets.UTF_8)));
        add(
                "app/app.jar",
                jar(Map.of(
                        "META-INF/maven/org.example/app/pom.properties",
                        "groupId=org.example\nartifactId=app\nversion=1.0\n".getBytes(StandardCharsets.UTF_8),
                        "BOOT-INF/lib/inner-2.0.jar",
                        inner,
                        "BOOT-INF/lib/unnamed-3.1.jar",
                        jar(Map.of("a", new byte[] {1})))));
        assertThat(urls())
                .containsExactly(
                        "pkg:maven/org.example/app@1.0", "pkg:maven/org.example/inner@2.0", "pkg:maven/unnamed@3.1");
    }

    private static byte[] jar(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return out.toByteArray();
    }

    @Test
    void readsManifestsAndLockFilesOfLanguages() throws IOException {
        add(
                "app/node_modules/@scope/a/package.json",
                "{\"name\":\"@scope/a\",\"version\":\"1.2.3\",\"license\":\"MIT\"}");
        add("web/package-lock.json", """
                {"lockfileVersion": 3, "packages": {"": {"name": "root", "version": "1"},
                 "node_modules/b": {"version": "2.0.0"}, "node_modules/b/node_modules/c": {"version": "3.0.0"}}}
                """);
        add(
                "usr/lib/python3/dist-packages/Foo_Bar-1.0.dist-info/METADATA",
                "Name: Foo_Bar\nVersion: 1.0\n\nName: no\n");
        add("srv/requirements.txt", "requests[socks]==2.31.0 ; python_version > '3'\nloose>=1\n# a==1\n");
        add("src/Cargo.lock", "[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\n\n[metadata]\nname = \"x\"\n");
        add("src/go.mod", "module m\n\ngo 1.22\n\nrequire (\n\tgolang.org/x/net v0.1.0 // indirect\n)\n");
        add("src/gradle.lockfile", "# x\norg.a:b:1.0=compileClasspath\nempty=\n");
        assertThat(urls())
                .containsExactlyInAnyOrder(
                        "pkg:npm/%40scope/a@1.2.3",
                        "pkg:npm/b@2.0.0",
                        "pkg:npm/c@3.0.0",
                        "pkg:pypi/foo-bar@1.0",
                        "pkg:pypi/requests@2.31.0",
                        "pkg:cargo/serde@1.0.1",
                        "pkg:golang/golang.org/x/net@v0.1.0",
                        "pkg:maven/org.a/b@1.0");
    }

    @Test
    void readsWhatPoetryHasLocked() throws IOException {
        add("app/poetry.lock", """
                # This file is automatically @generated by Poetry 2.1.1 and should not be changed by hand.

                [[package]]
                name = "anyio"
                version = "4.9.0"
                description = "High-level concurrency and networking framework"
                optional = false
                python-versions = ">=3.9"
                groups = ["main"]
                files = [
                    {file = "anyio-4.9.0-py3-none-any.whl", hash = "sha256:9f76d541cad6e36af7beb62e978876f3b41e3e04f2c1fbf0884604c0a9c4d93c"},
                ]

                [package.dependencies]
                idna = ">=2.8"

                [[package]]
                name = "idna"
                version = "3.10"

                [metadata]
                lock-version = "2.1"
                python-versions = ">=3.9"
                """);
        assertThat(urls()).containsExactly("pkg:pypi/anyio@4.9.0", "pkg:pypi/idna@3.10");
    }

    @Test
    void readsWhatUvHasLockedAndNotTheProjectItself() throws IOException {
        add("app/uv.lock", """
                version = 1
                revision = 2
                requires-python = ">=3.12"

                [[package]]
                name = "app"
                version = "0.1.0"
                source = { editable = "." }
                dependencies = [
                    { name = "idna" },
                ]

                [package.metadata]
                requires-dist = [{ name = "idna", specifier = ">=3.10" }]

                [[package]]
                name = "idna"
                version = "3.10"
                source = { registry = "https://python.example/simple" }
                sdist = { url = "https://python.example/idna-3.10.tar.gz", size = 190490 }

                [[package]]
                name = "member"
                version = "1.0"
                source = { virtual = "member" }
                """);
        assertThat(urls()).containsExactly("pkg:pypi/idna@3.10");
    }

    @Test
    void readsTheModulesThatAProgramOfGoWasLinkedFrom() throws IOException {
        Path skopeo = Path.of(Program.require("skopeo", "skopeo"));
        try (InputStream in = Files.newInputStream(skopeo)) {
            catalog.add("usr/bin/skopeo", Files.size(skopeo), true, in);
        }
        // Debian builds without modules, so only the language's own version is there.
        assertThat(urls()).hasSize(1).allMatch(url -> url.startsWith("pkg:golang/stdlib@1."));

        String frame = "f".repeat(16);
        String info = frame
                + "path\texample.com/tool\nmod\texample.com/tool\t(devel)\t\n"
                + "dep\tgolang.org/x/net\tv0.1.0\th1:a=\n"
                + "dep\texample.com/old\tv1.0.0\n=>\texample.com/new\tv2.0.0\th1:b=\n"
                + frame;
        ByteBuffer program = ByteBuffer.allocate(100_000);
        program.put("\u007fELF".getBytes(StandardCharsets.ISO_8859_1)).position(80_000);
        program.put("\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1))
                .put((byte) 8)
                .put((byte) 2);
        program.position(80_032).put((byte) 6).put("go1.22".getBytes(StandardCharsets.UTF_8));
        program.put((byte) (info.length() & 0x7f | 0x80)).put((byte) (info.length() >> 7));
        program.put(info.getBytes(StandardCharsets.UTF_8));
        catalog.add("usr/bin/skopeo", program.capacity(), true, new ByteArrayInputStream(program.array()));
        assertThat(urls())
                .containsExactly(
                        "pkg:golang/example.com/new@v2.0.0",
                        "pkg:golang/example.com/tool",
                        "pkg:golang/golang.org/x/net@v0.1.0",
                        "pkg:golang/stdlib@1.22");
    }

    @Test
    void forgetsWhatLaterLayersRemoveOrReplace() throws IOException {
        add("app/node_modules/a/package.json", "{\"name\":\"a\",\"version\":\"1\"}");
        add("lib/node_modules/b/package.json", "{\"name\":\"b\",\"version\":\"1\"}");
        add("opt/node_modules/c/package.json", "{\"name\":\"c\",\"version\":\"1\"}");
        add("opt/node_modules/c/package.json", "{\"name\":\"c\",\"version\":\"2\"}");
        catalog.remove("app/node_modules");
        catalog.removeBelow("lib", Set.of());
        assertThat(urls()).containsExactly("pkg:npm/c@2");
    }
}
