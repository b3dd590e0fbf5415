package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/flags.md} says of every flag what the code says of it. */
class FlagDocumentTest {
    /** Run with {@code -Dslipway.write-docs} to write the document anew. */
    private static final boolean WRITE = System.getProperty("slipway.write-docs") != null;

    private static final Path DOCUMENT = Path.of("../docs/flags.md");

    @Test
    void namesEveryFlagAndWhatBecomesOfIt() throws Exception {
        String expected = document();
        if (WRITE) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(DOCUMENT)
                .as(
                        "docs/flags.md; ./mvnw -pl executor -am test -Dtest=FlagDocumentTest -Dslipway.write-docs writes it")
                .hasContent(expected);
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
                # Flags

                Everything that kaniko takes is known here, under the same names and with the same defaults.
                `--flag=value` and `--flag value` are the same; a switch is `--flag` or `--flag=true|false` in any case;
                an empty value means that the flag isn't given. An unknown flag ends with exit code 64 and the nearest
                known one.

                What becomes of a flag: **works**; **no effect**, it is accepted and makes no difference, by design;
                **later**, anything but its default is refused by name with exit code 64.
                """);
        for (FlagTable.Section section : FlagTable.BUILD) {
            text.append("\n## ").append(section.title()).append("\n\n");
            text.append("| flag | default | | what it says |\n| --- | --- | --- | --- |\n");
            section.flags().forEach(flag -> text.append(row(flag)));
        }
        return text.append("\nThe `check` subcommand takes those of the first, the registries' and the last section, "
                        + "`--slipway-dir` and `--force`.\n")
                .toString();
    }

    private static String row(Flag flag) {
        String names = String.join(
                ", ",
                flag.options().reversed().stream()
                        .sorted((one, other) -> Integer.compare(rank(flag, one), rank(flag, other)))
                        .map(option -> "`" + option + "`")
                        .toList());
        String plural = flag.spellings().plural();
        String also = plural.isEmpty() ? "" : ", `--" + plural + "`";
        String takes =
                flag.placeholder().isEmpty() ? "" : " `" + flag.placeholder().replace("|", "\\|") + "`";
        String fallback = flag.defaultValue().isEmpty() ? "" : "`" + flag.defaultValue() + "`";
        return "| %s%s%s | %s | %s | %s |\n".formatted(names, also, takes, fallback, state(flag), description(flag));
    }

    /** The name itself first, then its letter, then its other spellings. */
    private static int rank(Flag flag, String option) {
        return List.of("--" + flag.name(), "-" + flag.spellings().shortName()).indexOf(option) & Integer.MAX_VALUE;
    }

    private static String state(Flag flag) {
        return switch (flag.support()) {
            case Flag.Support.Full() -> "works";
            case Flag.Support.WithoutEffect(String reason) -> "no effect";
            case Flag.Support.Later() -> "later";
        };
    }

    private static String description(Flag flag) {
        String repeated = flag.kind() == Flag.Kind.REPEATED ? " May be repeated." : "";
        String variables = flag.variables().isEmpty()
                ? ""
                : " Or by "
                        + String.join(
                                ", ",
                                flag.variables().stream()
                                        .map(name -> "`" + name + "`")
                                        .toList()) + ".";
        String reason = flag.support() instanceof Flag.Support.WithoutEffect(String why) ? " Why: " + why + "." : "";
        return flag.description().replace("|", "\\|") + repeated + variables + reason;
    }
}
