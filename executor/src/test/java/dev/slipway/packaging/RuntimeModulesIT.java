package dev.slipway.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The linked run-time holds the JDK modules that the class path needs, and not one more. */
class RuntimeModulesIT {
    private static final Path HOME = Path.of(System.getProperty("slipway.home"));

    /** Named by libraries that do without them; see src/packaging/modules. */
    private static final Set<String> DONE_WITHOUT = Set.of("java.desktop", "java.sql", "jdk.httpserver");

    @TempDir
    private Path room;

    @Test
    void holdsWhatJdepsAsksFor() throws IOException {
        Set<String> needed = new TreeSet<>(jdeps(room));
        needed.removeAll(DONE_WITHOUT);
        assertThat(linked()).containsAll(needed);
    }

    @Test
    void holdsNoDesktop() throws IOException {
        assertThat(linked()).doesNotContainAnyElementsOf(DONE_WITHOUT);
    }

    private static List<String> linked() throws IOException {
        return Files.readAllLines(HOME.resolve("runtime/release")).stream()
                .filter(line -> line.startsWith("MODULES="))
                .flatMap(line -> Stream.of(
                        line.substring("MODULES=".length()).replace("\"", "").split(" ")))
                .toList();
    }

    private static List<String> jdeps(Path room) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("--ignore-missing-deps", "--multi-release", "25", "--print-module-deps", "-cp"));
        List<String> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(HOME.resolve("lib"))) {
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                jars.add(withoutDescriptor(jar, room).toString());
            }
        }
        arguments.add(String.join(":", jars));
        arguments.addAll(jars);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
        assertThat(status).as(err.toString()).isZero();
        String last =
                out.toString().strip().lines().reduce((first, second) -> second).orElseThrow();
        return List.of(last.split(","));
    }

    /** Our run-time has a class path; jdeps would take a descriptor at its word, with every module that it names. */
    private static Path withoutDescriptor(Path jar, Path room) throws IOException {
        Path copy = Files.copy(jar, room.resolve(jar.getFileName().toString()));
        try (FileSystem inside = FileSystems.newFileSystem(copy);
                Stream<Path> entries = Files.walk(inside.getPath("/"))) {
            for (Path descriptor :
                    entries.filter(entry -> entry.endsWith("module-info.class")).toList()) {
                Files.delete(descriptor);
            }
        }
        return copy;
    }
}
