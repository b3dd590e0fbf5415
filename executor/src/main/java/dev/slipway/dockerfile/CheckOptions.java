package dev.slipway.dockerfile;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code # check=skip=A,B;error=true;experimental=C} asks for, of the whole file or above one instruction.
 *
 * @param skipped names of rules, as written
 * @param experimental names of experimental rules that are switched on
 * @param failing whether findings end the build
 */
public record CheckOptions(
        boolean skipsAll, Set<String> skipped, boolean allExperimental, Set<String> experimental, boolean failing) {
    static final CheckOptions NONE = new CheckOptions(false, Set.of(), false, Set.of(), false);

    public CheckOptions {
        skipped = Set.copyOf(skipped);
        experimental = Set.copyOf(experimental);
    }

    /**
     * The options of a file: those of its directive, unless the build argument BUILDKIT_DOCKERFILE_CHECK replaces them.
     *
     * @throws DockerfileException if they make no sense
     */
    public static CheckOptions of(Dockerfile dockerfile, Optional<String> buildArgument) throws DockerfileException {
        if (buildArgument.isPresent()) {
            SourceFile quoted = new SourceFile("BUILDKIT_DOCKERFILE_CHECK", List.of(buildArgument.get()));
            return parse(
                    quoted, new SourceRange(1, 1, 1, 1 + buildArgument.get().length()), buildArgument.get());
        }
        for (Directive directive : dockerfile.directives()) {
            String line = dockerfile.file().line(directive.range().startLine());
            if (!line.startsWith("#")) {
                // BuildKit looks for this directive in lines that it hasn't trimmed, and ends at the first that is
                // indented.
                return NONE;
            }
            if (directive.name().equals("check")) {
                return parse(dockerfile.file(), directive.range(), upToBlank(directive.value()));
            }
        }
        return NONE;
    }

    /**
     * These, and what the comments above an instruction add. The first that is a check directive counts, and only if it is
     * right.
     */
    CheckOptions with(InstructionSource source) {
        for (String comment : source.comments()) {
            Optional<Directive> directive = Directive.parse("#" + comment, 1)
                    .filter(found -> found.name().equals("check"));
            if (directive.isPresent()) {
                return read(upToBlank(directive.get().value())).map(this::and).orElse(this);
            }
        }
        return this;
    }

    /** Whether findings of a rule are told of. Experimental ones were asked for by name, so that skipping can't mean them. */
    boolean tells(CheckRule rule) {
        return rule.isExperimental()
                ? allExperimental || experimental.contains(rule.id())
                : !skipsAll && !skipped.contains(rule.id());
    }

    private CheckOptions and(CheckOptions other) {
        Set<String> skips = new HashSet<>(skipped);
        skips.addAll(other.skipped);
        Set<String> on = new HashSet<>(experimental);
        on.addAll(other.experimental);
        return new CheckOptions(
                skipsAll || other.skipsAll, skips, allExperimental || other.allExperimental, on, failing);
    }

    /** A directive's options end at its first blank; what follows is a remark. */
    private static String upToBlank(String value) {
        int blank = value.indexOf(' ');
        return blank < 0 ? value : value.substring(0, blank);
    }

    private static CheckOptions parse(SourceFile file, SourceRange range, String text) throws DockerfileException {
        Optional<CheckOptions> options = read(text);
        if (options.isEmpty()) {
            throw new DockerfileException(
                    file,
                    range,
                    "the check options " + Quotes.quote(text) + " can't be read",
                    "Expected skip=RuleA,RuleB or skip=all, error=true and experimental=Rule, with ; between and no"
                            + " blanks.");
        }
        return options.get();
    }

    /** Of an option that is given twice the last counts, but for "all", which stays. */
    private static Optional<CheckOptions> read(String text) {
        if (Blanks.trim(text).isEmpty()) {
            return Optional.of(NONE);
        }
        boolean skipsAll = false;
        boolean allExperimental = false;
        boolean failing = false;
        Set<String> skipped = Set.of();
        Set<String> experimental = Set.of();
        for (String part : text.split(";", 3)) {
            int equals = part.indexOf('=');
            String key = Blanks.trim(part.substring(0, Math.max(0, equals)));
            String value = Blanks.trim(part.substring(equals + 1));
            switch (key) {
                case "skip" -> {
                    skipsAll |= value.equals("all");
                    skipped = value.equals("all") ? skipped : names(value);
                }
                case "experimental" -> {
                    allExperimental |= value.equals("all");
                    experimental = value.equals("all") ? experimental : names(value);
                }
                case "error" -> {
                    if (!value.matches("1|t|T|true|TRUE|True|0|f|F|false|FALSE|False")) {
                        return Optional.empty();
                    }
                    failing = value.matches("1|[tT].*");
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new CheckOptions(skipsAll, skipped, allExperimental, experimental, failing));
    }

    private static Set<String> names(String value) {
        return Arrays.stream(value.split(",")).map(Blanks::trim).collect(Collectors.toSet());
    }
}
