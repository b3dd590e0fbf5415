package dev.slipway.dockerfile;

import java.util.Optional;

/**
 * FROM: the begin of a stage.
 *
 * @param image the base as written: an image, {@code scratch} or the name of an earlier stage
 * @param stageName the stage's name in small letters
 * @param writtenStageName the stage's name as it was written
 * @param platform the value of {@code --platform}
 */
public record FromInstruction(
        InstructionSource source,
        String image,
        Optional<String> stageName,
        Optional<String> writtenStageName,
        Optional<String> platform)
        implements Instruction {
    /** Call it with the global arguments only. A base that expands to nothing is refused. */
    @Override
    public FromInstruction expand(Expander expander) throws DockerfileException {
        String base = expander.word(source, image);
        if (base.isEmpty()) {
            throw DockerfileException.atWord(
                    source,
                    image,
                    "FROM names no image: " + Quotes.quote(image) + " expands to nothing",
                    "Declare the variable by ARG above the first FROM, with a default or with --build-arg.");
        }
        Optional<String> onPlatform = Optional.empty();
        if (platform.isPresent()) {
            String expanded = expander.word(source, platform.get());
            if (expanded.isEmpty()) {
                throw DockerfileException.atWord(
                        source,
                        platform.get(),
                        "FROM --platform is empty: " + Quotes.quote(platform.get()) + " expands to nothing"
                                + expander.hint(platform.get()),
                        "Expected a platform such as linux/amd64, $BUILDPLATFORM or a global ARG.");
            }
            onPlatform = Optional.of(expanded);
        }
        return new FromInstruction(source, base, stageName, writtenStageName, onPlatform);
    }
}
