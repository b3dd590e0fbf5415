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
        // The JDK would not show a proxy's password where a tunnel is asked for: that the user gave it is permission.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        // Flags are text. picocli would look for java.sql, which isn't there, in every jar of the class path.
        System.setProperty("picocli.converters.excludes", "java.*");
        Streams streams = new Streams(stream(FileDescriptor.out), stream(FileDescriptor.err));
        int exitCode = new Executor(new Surroundings(streams, Path.of("").toAbsolutePath(), InstantSource.system()))
                .run(arguments);
        streams.out().flush();
        // exit() looks for a logger to tell of it, which on the JVM opens every jar of the class path. Nothing of ours
        // hangs on a shutdown hook.
        Runtime.getRuntime().halt(exitCode);
    }

    /** UTF-8 whatever the locale. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }
}
