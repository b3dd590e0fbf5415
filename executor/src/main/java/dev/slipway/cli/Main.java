package dev.slipway.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;

/** Where the executor starts. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Streams streams = new Streams(stream(FileDescriptor.out), stream(FileDescriptor.err));
        int exitCode = new Executor(streams, Path.of("").toAbsolutePath(), InstantSource.system()).run(arguments);
        streams.out().flush();
        System.exit(exitCode);
    }

    /** UTF-8 whatever the locale. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }
}
