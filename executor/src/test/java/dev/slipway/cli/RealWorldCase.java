package dev.slipway.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory below {@code real-world}: a {@code context} with its Dockerfile, perhaps a script {@code prepare} that makes
 * more of it, and {@code expect} with the lines of an {@link ExpectedImage}.
 */
record RealWorldCase(Path directory, ExpectedImage expected) {

    static RealWorldCase read(Path directory) throws IOException {
        return new RealWorldCase(directory, ExpectedImage.parse(Files.readAllLines(directory.resolve("expect"))));
    }

    @Override
    public String toString() {
        return String.valueOf(directory.getFileName());
    }
}
