package dev.slipway.context;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What {@code tar://stdin} and {@code --dockerfile -} read, and whether a person sits at its other end.
 *
 * @param terminal whether reading would wait for someone to type
 */
public record StandardInput(InputStream stream, boolean terminal) {

    public StandardInput {
        Objects.requireNonNull(stream, "stream is null");
    }

    /** Standard input of this process. */
    public static StandardInput ofProcess() {
        return new StandardInput(System.in, isTerminal(Path.of("/proc/self/fd/0")));
    }

    /**
     * Not {@code System.console()}: that one looks at standard output, too, and here only the input counts.
     */
    static boolean isTerminal(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            // A closed descriptor, or no /proc: reading tells more than we can know here.
            return false;
        }
    }
}
