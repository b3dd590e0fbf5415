package dev.slipway.dockerfile;

import dev.slipway.fuzz.Declared;
import java.util.Optional;

/** A Dockerfile is read, expanded and checked, or refused. */
public final class DockerfileFuzz {
    private DockerfileFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        RefusalsTest.refusal(input).ifPresent(Declared::hasWords);
        try {
            Checks.run(Dockerfile.parse("Dockerfile", input), ChecksTest.inputs(Optional.empty()))
                    .refusal()
                    .ifPresent(Declared::hasWords);
        } catch (DockerfileException refused) {
            Declared.hasWords(refused);
        }
    }
}
