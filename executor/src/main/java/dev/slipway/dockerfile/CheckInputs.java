package dev.slipway.dockerfile;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What build checks need besides the file.
 *
 * @param buildArguments the arguments that are given, by name
 * @param predefined the platform arguments, {@link PredefinedArguments#of}
 * @param targets the stages that are asked for, by name; none for the last
 * @param neededStagesOnly whether stages that nobody needs are left out of what is checked by value, as in a build; else
 *     that is so only where a target is given
 * @param ignore the context's .dockerignore
 * @param baseImages how to learn about base images
 */
public record CheckInputs(
        Map<String, String> buildArguments,
        Map<String, String> predefined,
        List<String> targets,
        boolean neededStagesOnly,
        DockerIgnore ignore,
        BaseImages baseImages) {
    public CheckInputs {
        buildArguments = Map.copyOf(buildArguments);
        predefined = Map.copyOf(predefined);
        targets = List.copyOf(targets);
    }

    /** Tells what checks need of base images, of platforms, and of what stands in their place. */
    @FunctionalInterface
    public interface BaseImages {
        /**
         * Looks an image up; empty if that isn't possible, which switches off what needs it.
         *
         * @param platform the value of FROM's {@code --platform}
         */
        Optional<BaseImage> find(String reference, Optional<String> platform);

        /** A platform in full, {@code os/architecture} or with a variant behind; empty if the word is none. */
        default Optional<String> platform(String word) {
            return Optional.of(word);
        }

        /** Whether a named context stands in the place of a stage or an image. */
        default boolean isContext(String name) {
            return false;
        }
    }

    /**
     * A base image's config.
     *
     * @param platform {@code os/arch} or {@code os/arch/variant}
     * @param hasShell whether it sets a shell
     */
    public record BaseImage(String platform, Map<String, String> environment, boolean hasShell, List<String> triggers) {
        public BaseImage {
            environment = Map.copyOf(environment);
            triggers = List.copyOf(triggers);
        }
    }
}
