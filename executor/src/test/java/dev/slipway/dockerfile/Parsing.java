package dev.slipway.dockerfile;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;

/** Short ways to read Dockerfiles in tests. */
final class Parsing {
    private Parsing() {}

    static Dockerfile parse(String... lines) throws DockerfileException {
        return Dockerfile.parse("Dockerfile", bytes(String.join("\n", lines)));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The instructions of a stage that begins with FROM scratch. */
    static List<Instruction> body(String... lines) throws DockerfileException {
        return parse("FROM scratch\n" + String.join("\n", lines))
                .stages()
                .getFirst()
                .instructions();
    }

    /** The first instruction, of a type that the test knows. */
    static <T extends Instruction> T first(Class<T> type, String... lines) throws DockerfileException {
        return type.cast(body(lines).getFirst());
    }

    /** A word as ENV or LABEL would read it, with these variables: {@code name, value, name, value}. */
    static String expand(String word, String... variables) throws DockerfileException {
        return expandWith('\\', word, variables);
    }

    static String expandWith(char escape, String word, String... variables) throws DockerfileException {
        InstructionSource source =
                parse("FROM scratch").stages().getFirst().from().source();
        return new Expander(map(variables), escape).word(source, word);
    }

    static Map<String, String> map(String... variables) {
        Map<String, String> map = new HashMap<>();
        for (int at = 0; at < variables.length; at += 2) {
            map.put(variables[at], variables[at + 1]);
        }
        return map;
    }

    static AbstractThrowableAssert<?, ? extends Throwable> refusing(String... lines) {
        return assertThatThrownBy(() -> parse(lines)).isInstanceOf(DockerfileException.class);
    }
}
