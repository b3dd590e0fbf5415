package dev.slipway.dockerfile;

import dev.slipway.fuzz.Declared;
import java.util.Arrays;

/** A .dockerignore, and behind its first NUL a path to ask about. */
public final class DockerIgnoreFuzz {
    private DockerIgnoreFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        int end = 0;
        while (end < input.length && input[end] != 0) {
            end++;
        }
        byte[] path = Arrays.copyOfRange(input, Math.min(input.length, end + 1), input.length);
        try {
            DockerIgnore ignore = DockerIgnore.parse(".dockerignore", Arrays.copyOf(input, end));
            if (ignore.isEmpty() && ignore.excludes(path)) {
                throw new AssertionError("an empty file excludes something");
            }
            ignore.excludes(path);
        } catch (DockerfileException refused) {
            Declared.hasWords(refused);
        }
    }
}
