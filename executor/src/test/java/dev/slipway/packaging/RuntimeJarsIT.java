package dev.slipway.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The libraries of the distribution are those that {@code src/packaging/jars} names: a new one is a decision. */
class RuntimeJarsIT {

    @Test
    void noLibraryComesAlongUnnoticed() throws IOException {
        List<String> named = Files.readAllLines(Path.of("src/packaging/jars")).stream()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .toList();
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("slipway.home"), "lib"))) {
            assertThat(jars.map(jar -> jar.getFileName().toString())
                            .filter(name -> name.endsWith(".jar"))
                            .map(name ->
                                    name.replaceFirst("-[0-9][^/]*\\.jar$", "").replaceFirst("\\.jar$", "")))
                    .as("the jars in lib, without versions; src/packaging/jars lists them")
                    .containsExactlyInAnyOrderElementsOf(named);
        }
    }
}
