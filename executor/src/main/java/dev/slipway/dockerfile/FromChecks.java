package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checks of FROM lines, whose words see the global arguments only. Counts for all stages, needed or not. */
final class FromChecks {
    private final Dockerfile dockerfile;
    private final CheckInputs inputs;
    private final Checks checks;

    FromChecks(Dockerfile dockerfile, CheckInputs inputs, Checks checks) {
        this.dockerfile = dockerfile;
        this.inputs = inputs;
        this.checks = checks;
    }

    private record Use(String text, Set<String> set, Set<String> unset) {}

    /** Checks, and gives the FROM of each stage expanded. */
    List<FromInstruction> run() throws DockerfileException {
        defaults();
        Map<String, String> globals = Checks.globals(dockerfile, inputs, inputs.buildArguments());
        Set<String> known = new HashSet<>(globals.keySet());
        dockerfile.globalArgs().forEach(arg -> arg.declarations().forEach(one -> known.add(one.name())));
        List<FromInstruction> expanded = new ArrayList<>();
        for (Stage stage : dockerfile.stages()) {
            FromInstruction from = stage.from();
            undefined(from, use(from, from.image(), globals), known);
            if (from.platform().isPresent()) {
                Use use = use(from, from.platform().get(), globals);
                undefined(from, use, known);
                platform(from, use, globals);
            }
            FromInstruction base = from.expand(Expander.over(globals, dockerfile.escape()));
            if (base.platform().isPresent()
                    && inputs.baseImages().platform(base.platform().get()).isEmpty()) {
                throw DockerfileException.atWord(
                        from.source(),
                        from.platform().orElseThrow(),
                        "FROM --platform=" + base.platform().get() + " is no platform",
                        "Expected os/architecture or os/architecture/variant, such as linux/amd64 or linux/arm/v7.");
            }
            expanded.add(base);
        }
        return expanded;
    }

    private void defaults() {
        try {
            Map<String, String> globals = Checks.globals(dockerfile, inputs, Map.of());
            for (Stage stage : dockerfile.stages()) {
                FromInstruction from = stage.from();
                String image = Expander.over(globals, dockerfile.escape()).word(from.source(), from.image());
                if (!ImageName.isValid(image)) {
                    checks.report(
                            CheckRule.INVALID_DEFAULT_ARG_IN_FROM,
                            from.source(),
                            from.image(),
                            from.image()
                                    + " is no image name unless build arguments are given: give the ARGs good"
                                    + " defaults");
                }
            }
        } catch (DockerfileException notWithoutArguments) {
            // The file can't be expanded by its defaults alone; with the given arguments the same error comes up again
            // unless they cure it, so here it only ends the check.
            return;
        }
    }

    private Use use(FromInstruction from, String word, Map<String, String> globals) throws DockerfileException {
        Set<String> set = new LinkedHashSet<>();
        Set<String> unset = new LinkedHashSet<>();
        String text = Expander.over(globals, dockerfile.escape())
                .reportingTo((name, isSet) -> (isSet ? set : unset).add(name))
                .word(from.source(), word);
        return new Use(text, set, unset);
    }

    private void undefined(FromInstruction from, Use use, Set<String> known) {
        for (String name : use.unset()) {
            if (!known.contains(name)) {
                checks.report(
                        CheckRule.UNDEFINED_ARG_IN_FROM,
                        from.source(),
                        "$" + name,
                        "FROM uses the argument " + name + ", which no ARG above the first FROM declares"
                                + Spelling.hint(name, known));
            }
        }
    }

    private void platform(FromInstruction from, Use use, Map<String, String> globals) {
        if (use.unset().isEmpty()
                && use.set().equals(Set.of("TARGETPLATFORM"))
                && use.text().equals(globals.get("TARGETPLATFORM"))) {
            checks.report(
                    CheckRule.REDUNDANT_TARGET_PLATFORM,
                    from.source(),
                    "--platform=" + from.platform().orElseThrow(),
                    "--platform=" + from.platform().orElseThrow() + " says what is so anyway: remove it");
        }
        if (use.set().isEmpty() && use.unset().isEmpty() && !isNamedForPlatform(from.stageName(), use.text())) {
            checks.report(
                    CheckRule.FROM_PLATFORM_FLAG_CONST_DISALLOWED,
                    from.source(),
                    use.text(),
                    "the platform " + use.text() + " is fixed: use a variable, or name the stage after it");
        }
    }

    private boolean isNamedForPlatform(Optional<String> name, String platform) {
        String[] parts = inputs.baseImages().platform(platform).orElse(platform).split("/", 3);
        return name.isPresent()
                && (name.get().contains(parts[0])
                        || parts.length > 1 && name.get().contains(parts[1]));
    }
}
