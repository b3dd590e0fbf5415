package dev.slipway.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher starts from any place, by any name, and leaves no trace of its Java virtual machine. */
class LauncherIT {
    private static final Path HOME = Path.of(System.getProperty("slipway.home"));

    @TempDir
    private Path room;

    @Test
    void runsThroughLinksAndFromACopy() throws Exception {
        copy(HOME, room.resolve("moved"));
        Path link = Files.createSymbolicLink(room.resolve("link"), Path.of("moved/bin/executor"));
        Path second = Files.createSymbolicLink(room.resolve("second"), link);
        Run run = run(Map.of(), second.toString(), "version");
        assertThat(run.status()).isZero();
        assertThat(run.stdout()).isNotBlank();
        assertThat(run.stderr()).isEmpty();
    }

    @Test
    void saysNothingOfItsOwnWhateverThePipelineSets() throws Exception {
        Map<String, String> pipeline = Map.of(
                "LC_ALL", "C", "JAVA_TOOL_OPTIONS", "-Xmx64m", "JDK_JAVA_OPTIONS", "-Xint", "TMPDIR", room.toString());
        Run run = run(pipeline, HOME.resolve("bin/executor").toString(), "version");
        assertThat(run.status()).isZero();
        assertThat(run.stderr()).isEmpty();
        assertThat(room).isEmptyDirectory();
        assertThat(Path.of("/tmp/hsperfdata_" + System.getProperty("user.name")).resolve(Long.toString(run.pid())))
                .doesNotExist();
    }

    @Test
    void startsWithItsCacheOfClasses() throws Exception {
        assertThat(HOME.resolve("lib/executor.aot")).isNotEmptyFile();
        Run run = run(
                Map.of(),
                HOME.resolve("runtime/bin/java").toString(),
                "-XX:AOTCache=" + HOME.resolve("lib/executor.aot"),
                "-XX:AOTMode=on",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                HOME.resolve("lib/executor.jar").toString(),
                "dev.slipway.cli.Main",
                "version");
        assertThat(run.status()).as(run.stdout() + run.stderr()).isZero();
    }

    /** Where the path is gone that a jar had when the cache was written, a sealed one keeps the JVM from starting. */
    @Test
    void holdsNoSealedJar() throws Exception {
        try (Stream<Path> jars = Files.list(HOME.resolve("lib"))) {
            for (Path jar :
                    jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    assertThat(file.getManifest().getMainAttributes().getValue(Attributes.Name.SEALED))
                            .as("%s", jar)
                            .isNull();
                }
            }
        }
    }

    private record Run(long pid, int status, String stdout, String stderr) {}

    private Run run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        Path err = Files.createTempFile("launcher", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Run(process.pid(), process.waitFor(), out, Files.readString(err));
        } finally {
            Files.delete(err);
        }
    }

    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        int status = new ProcessBuilder("cp", "-r", from.toString(), to.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
    }
}
