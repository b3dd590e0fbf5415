package dev.slipway.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each directory below {@code errors} holds a Dockerfile that can't be built and the whole message that its author gets.
 * To see the messages anew after a change of wording, delete the {@code expected} files and run the test with
 * {@code -Drefusals.write=true}; then read them.
 */
class RefusalsTest {
    private static final Path ERRORS = Path.of("src/test/resources/dev/slipway/dockerfile/errors");

    @TestFactory
    List<DynamicTest> tellsTheAuthorWhatIsWrong() throws IOException {
        try (Stream<Path> cases = Files.list(ERRORS)) {
            return cases.sorted()
                    .map(directory -> DynamicTest.dynamicTest(
                            directory.getFileName().toString(), () -> refusesWithTheExpectedMessage(directory)))
                    .toList();
        }
    }

    private static void refusesWithTheExpectedMessage(Path directory) throws IOException {
        Path expected = directory.resolve("expected");
        String message = refusal(Files.readAllBytes(directory.resolve("Dockerfile")))
                .map(DockerfileException::getMessage)
                .orElse("accepted");
        if (Boolean.getBoolean("refusals.write") && !Files.exists(expected)) {
            Files.writeString(expected, message + "\n");
        }
        assertThat(message + "\n").isEqualTo(Files.readString(expected));
    }

    /** Reads a file, and expands all of it with hardly any variable. */
    static Optional<DockerfileException> refusal(byte[] content) {
        try {
            Dockerfile dockerfile = Dockerfile.parse("Dockerfile", content);
            Expander globals =
                    new Expander(PredefinedArguments.of("linux/amd64", "linux/amd64", "default"), dockerfile.escape());
            Expander expander = new Expander(Map.of("V", "value", "EMPTY", ""), dockerfile.escape());
            for (Stage stage : dockerfile.stages()) {
                stage.from().expand(globals);
                for (Instruction instruction : stage.instructions()) {
                    if (instruction.expand(expander) instanceof RunInstruction run) {
                        run.mounts(expander);
                    }
                }
            }
            return Optional.empty();
        } catch (DockerfileException refused) {
            return Optional.of(refused);
        }
    }
}
