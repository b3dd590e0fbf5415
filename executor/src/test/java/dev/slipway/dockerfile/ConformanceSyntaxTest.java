package dev.slipway.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The recorded observations that concern syntax alone; {@code CONFORMANCE} names their runner. */
@EnabledIfEnvironmentVariable(named = "CONFORMANCE", matches = ".+", disabledReason = "CONFORMANCE is not set")
class ConformanceSyntaxTest {
    @Test
    void readsWhatIsBuiltAndRefusesSyntaxErrorsInTheExpectedWords() throws IOException {
        List<String> wrong = new ArrayList<>();
        Path runner = Path.of(System.getenv("CONFORMANCE"));
        Path suites = Files.isDirectory(runner) ? runner : runner.resolveSibling(".");
        for (String suite : List.of("cases", "cases-cache", "cases-lint")) {
            try (Stream<Path> cases = Files.list(suites.resolve(suite))) {
                for (Path directory : cases.sorted().toList()) {
                    compare(directory).ifPresent(wrong::add);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static Optional<String> compare(Path directory) throws IOException {
        Path file = directory.resolve("context/Dockerfile");
        Path expectation = directory.resolve("expect.json");
        if (!Files.exists(file) || !Files.exists(expectation)) {
            return Optional.empty();
        }
        String expected = Files.readString(expectation);
        boolean refused = expected.contains("\"error\": true");
        try {
            Dockerfile.parse("Dockerfile", Files.readAllBytes(file));
            return refused && expected.contains("parse error on line") && !expected.contains("did not complete")
                    ? Optional.of(directory.getFileName() + " is accepted")
                    : Optional.empty();
        } catch (DockerfileException refusal) {
            return refused
                    ? missingWord(directory, refusal)
                    : Optional.of(directory.getFileName() + ": " + refusal.getMessage());
        }
    }

    private static Optional<String> missingWord(Path directory, DockerfileException refusal) throws IOException {
        Path words = directory.resolve("expect-keywords");
        if (Files.exists(words)) {
            String message = String.valueOf(refusal.getMessage()).toLowerCase(Locale.ROOT);
            for (String word : Files.readString(words).strip().split("\\s+")) {
                if (!message.contains(word.toLowerCase(Locale.ROOT))) {
                    return Optional.of(directory.getFileName() + " lacks " + word + ": " + message);
                }
            }
        }
        return Optional.empty();
    }
}
