package dev.slipway.dockerfile;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
            if (directive.name().equals("check")) {
                return parse(dockerfile.file(), directive.range(), directive.value());
            }
        }
        return NONE;
    }

    /** These, and what the comments straight above an instruction add. A comment that isn't right is only a comment. */
    CheckOptions with(InstructionSource source) {
        CheckOptions merged = this;
        for (String comment : source.comments()) {
            Optional<Directive> directive = Directive.parse("#" + comment, 1);
            if (directive.isPresent() && directive.get().name().equals("check")) {
                merged = read(directive.get().value()).map(merged::and).orElse(merged);
            }
        }
        return merged;
    }

    boolean tells(CheckRule rule) {
        if (skipsAll || skipped.contains(rule.id())) {
            return false;
        }
        return !rule.isExperimental() || allExperimental || experimental.contains(rule.id());
    }

    private CheckOptions and(CheckOptions other) {
        Set<String> skips = new HashSet<>(skipped);
        skips.addAll(other.skipped);
        Set<String> on = new HashSet<>(experimental);
        on.addAll(other.experimental);
        return new CheckOptions(
                skipsAll || other.skipsAll,
                skips,
                allExperimental || other.allExperimental,
                on,
                failing || other.failing);
    }

    private static CheckOptions parse(SourceFile file, SourceRange range, String text) throws DockerfileException {
        Optional<CheckOptions> options = read(text);
        if (options.isEmpty()) {
            throw new DockerfileException(
                    file,
                    range,
                    "the check options " + Quotes.quote(text) + " can't be read",
                    "Expected skip=RuleA,RuleB or skip=all, error=true and experimental=Rule, with ; between.");
        }
        return options.get();
    }

    private static Optional<CheckOptions> read(String text) {
        CheckOptions options = NONE;
        if (Blanks.trim(text).isEmpty()) {
            return Optional.of(options);
        }
        for (String part : text.split(";", 3)) {
            int equals = part.indexOf('=');
            String key = Blanks.trim(part.substring(0, Math.max(0, equals)));
            String value = Blanks.trim(part.substring(equals + 1));
            Set<String> names = new HashSet<>(
                    Arrays.stream(value.split(",")).map(Blanks::trim).toList());
            boolean all = value.equals("all");
            switch (key) {
                case "skip" -> options = options.and(new CheckOptions(all, names, false, Set.of(), false));
                case "experimental" -> options = options.and(new CheckOptions(false, Set.of(), all, names, false));
                case "error" -> {
                    if (!value.matches("1|t|T|true|TRUE|True|0|f|F|false|FALSE|False")) {
                        return Optional.empty();
                    }
                    boolean failing = value.matches("1|[tT].*");
                    options = options.and(new CheckOptions(false, Set.of(), false, Set.of(), failing));
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(options);
    }
}
