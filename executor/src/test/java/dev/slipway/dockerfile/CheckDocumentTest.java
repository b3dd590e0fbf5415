package dev.slipway.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code docs/checks.md} explains every rule, and its examples are true. */
class CheckDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/checks.md");

    @ParameterizedTest
    @EnumSource
    void theBadExampleIsFoundAndTheGoodOneIsNot(CheckRule rule) throws Exception {
        String section = section(rule.id());
        List<String> examples = Pattern.compile("(Bad|Good):\n\n```dockerfile\n(.*?\n)```\n", Pattern.DOTALL)
                .matcher(section)
                .results()
                .map(match -> match.group(1) + "\n" + match.group(2))
                .toList();
        assertThat(examples).hasSize(2);
        assertThat(examples.getFirst()).startsWith("Bad\n");
        assertThat(rules(examples.getFirst().substring(4))).contains(rule);
        assertThat(rules(examples.getLast().substring(5))).doesNotContain(rule);
        assertThat(section.startsWith("Experimental. ")).isEqualTo(rule.isExperimental());
        assertThat(rule.url()).endsWith("/docs/checks#" + rule.id().toLowerCase(Locale.ROOT));
    }

    @Test
    void explainsTheRulesAndNoOthersInTheirOrder() throws IOException {
        assertThat(Pattern.compile("(?m)^### (.*)$")
                        .matcher(Files.readString(DOCUMENT))
                        .results()
                        .map((MatchResult match) -> match.group(1)))
                .containsExactlyElementsOf(
                        Arrays.stream(CheckRule.values()).map(CheckRule::id).toList());
    }

    private static String section(String id) throws IOException {
        String text = Files.readString(DOCUMENT);
        String heading = "\n### " + id + "\n\n";
        assertThat(text).contains(heading);
        int start = text.indexOf(heading) + heading.length();
        int end = text.indexOf("\n### ", start);
        return end < 0 ? text.substring(start) : text.substring(start, end);
    }

    private static List<CheckRule> rules(String dockerfile) throws DockerfileException {
        CheckInputs inputs = new CheckInputs(
                Map.of("BUILDKIT_DOCKERFILE_CHECK", "experimental=all"),
                PredefinedArguments.of("linux/amd64", "linux/amd64", "default"),
                List.of(),
                false,
                DockerIgnore.parse(".dockerignore", Parsing.bytes("*.log")),
                (reference, platform) ->
                        Optional.of(new CheckInputs.BaseImage("linux/amd64", Map.of(), false, List.of())));
        return Checks.run(Parsing.parse(dockerfile), inputs).findings().stream()
                .map(Finding::rule)
                .toList();
    }
}
