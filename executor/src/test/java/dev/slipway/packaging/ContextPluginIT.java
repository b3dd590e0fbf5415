package dev.slipway.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A jar of someone else's in the plugins directory adds a kind of context: {@code examples/context-resolver}. */
class ContextPluginIT {

    private static final Path DISTRIBUTION = Path.of(System.getProperty("slipway.home"));
    private static final Path EXAMPLE = Path.of("../examples/context-resolver").toAbsolutePath();

    @AutoClose
    private final TemporaryDirectory directory = TemporaryDirectory.create("plugin");

    private final Path home = directory.path().resolve("slipway");

    @BeforeEach
    void installThePlugin() throws Exception {
        Files.createDirectories(home.resolve("plugins"));
        for (String part : new String[] {"lib", "runtime"}) {
            Files.createSymbolicLink(home.resolve(part), DISTRIBUTION.resolve(part));
        }
        Files.createDirectories(home.resolve("bin"));
        Files.copy(
                DISTRIBUTION.resolve("bin/executor"), home.resolve("bin/executor"), StandardCopyOption.COPY_ATTRIBUTES);
        Path jdk = Path.of(System.getProperty("java.home"), "bin");
        Program.of("sh", "-euc")
                .with("""
                        javac -cp "$SLIPWAY/lib/*" -d classes $(find "$EXAMPLE/src/main/java" -name '*.java')
                        cp -r "$EXAMPLE/src/main/resources/." classes
                        jar --create --file slipway/plugins/zip-resolver.jar -C classes .
                        """)
                .in(directory.path())
                .withVariable("PATH", jdk + ":" + System.getenv("PATH"))
                .withVariable("SLIPWAY", DISTRIBUTION.toString())
                .withVariable("EXAMPLE", EXAMPLE.toString())
                .runSuccessfully();
    }

    @Test
    void itsSchemeBuildsAnImage() throws Exception {
        Path zip = zip("Dockerfile", "FROM scratch\nCOPY a.txt /\n", "a.txt", "a");
        Completed done = build(zip);
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(directory.path().resolve("layout/index.json")).exists();
    }

    @Test
    void itsFailuresAreThoseOfAContext() throws Exception {
        Completed done = build(zip("../escaped", "evil"));
        assertThat(done.exitCode()).as("%s", done).isEqualTo(66);
        assertThat(done.err()).contains("the entry \"../escaped\" leads out of the archive");
        assertThat(directory.path().resolve("own/work/builds")).isEmptyDirectory();
    }

    @Test
    void itStandsInTheHelpAndInTheErrorForAnUnknownScheme() {
        assertThat(executor("--help").run().out()).contains("zip:///path.zip", "git://host/repo.git");
        Completed done = executor("--context", "rar:///x.rar", "--no-push").run();
        assertThat(done.exitCode()).isEqualTo(66);
        assertThat(done.err()).contains("unknown scheme \"rar\"", "zip:///path.zip", "dir:///path");
    }

    private Completed build(Path zip) {
        return executor("--context", "zip://" + zip, "--no-push", "--oci-layout-path")
                .with(directory.path().resolve("layout").toString())
                .run();
    }

    private Program executor(String... arguments) {
        return Program.of(home.resolve("bin/executor").toString())
                .with("--slipway-dir", directory.path().resolve("own").toString())
                .with(arguments);
    }

    private Path zip(String... namesAndContents) throws Exception {
        Path zip = directory.path().resolve("source.zip");
        try (OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                out.putNextEntry(new ZipEntry(namesAndContents[i]));
                out.write(namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return zip;
    }
}
