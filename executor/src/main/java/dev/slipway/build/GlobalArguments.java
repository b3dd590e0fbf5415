package dev.slipway.build;

import dev.slipway.dockerfile.ArgDeclaration;
import dev.slipway.dockerfile.ArgInstruction;
import dev.slipway.dockerfile.Dockerfile;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Expander;
import dev.slipway.image.Platform;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments that are there before the first stage: the predefined ones and those of ARGs above the first FROM (spec:
 * ARG). Stages see them only once they declare them.
 *
 * @param given {@code --build-arg}, by name
 * @param values the global ones by name; a name without a value isn't in it
 */
record GlobalArguments(Map<String, String> given, Map<String, String> values) {

    GlobalArguments {
        given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static GlobalArguments of(
            Dockerfile dockerfile, Map<String, String> given, Platform build, Platform target, String targetStage)
            throws DockerfileException {
        Map<String, String> values = new LinkedHashMap<>();
        addPlatform(values, "BUILD", build);
        addPlatform(values, "TARGET", target);
        values.put("TARGETSTAGE", targetStage);
        values.replaceAll((name, value) -> given.getOrDefault(name, value));
        for (ArgInstruction arg : dockerfile.globalArgs()) {
            for (ArgDeclaration declaration : arg.declarations()) {
                Optional<String> value = Optional.ofNullable(given.get(declaration.name()));
                if (value.isEmpty() && declaration.defaultValue().isPresent()) {
                    value = Optional.of(new Expander(values, dockerfile.escape())
                            .word(arg.source(), declaration.defaultValue().get()));
                }
                value.ifPresent(known -> values.put(declaration.name(), known));
            }
        }
        return new GlobalArguments(given, values);
    }

    /** What a stage's bare {@code ARG name} takes: what was given, else the global value. */
    Optional<String> inherited(String name) {
        return Optional.ofNullable(given.get(name)).or(() -> Optional.ofNullable(values.get(name)));
    }

    private static void addPlatform(Map<String, String> values, String prefix, Platform platform) {
        values.put(prefix + "PLATFORM", platform.toString());
        values.put(prefix + "OS", platform.os());
        values.put(prefix + "OSVERSION", platform.osVersion().orElse(""));
        values.put(prefix + "ARCH", platform.architecture());
        values.put(prefix + "VARIANT", platform.variant().orElse(""));
    }
}
