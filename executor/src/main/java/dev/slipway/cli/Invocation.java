package dev.slipway.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this process was started with, read as UTF-8 from the kernel: in the C locale the run-time's own reading of
 * arguments and variables loses their bytes (DESIGN 3.8, 3.10).
 */
record Invocation(List<String> arguments, Map<String, String> environment) {

    /** What {@code LC_ALL} was before the launcher set it. */
    private static final String CALLERS_LOCALE = "SLIPWAY_CALLER_LC_ALL";

    Invocation {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    static Invocation ofThisProcess(String[] arguments) throws UsageException {
        return read(Path.of("/proc/self"), arguments, System.getenv());
    }

    /** Without {@code /proc}, what the run-time says must do. */
    static Invocation read(Path process, String[] arguments, Map<String, String> variables) throws UsageException {
        List<byte[]> commandLine;
        List<byte[]> environment;
        try {
            commandLine = parts(Files.readAllBytes(process.resolve("cmdline")));
            environment = parts(Files.readAllBytes(process.resolve("environ")));
        } catch (IOException unreadable) {
            return new Invocation(List.of(arguments), variables);
        }
        // The run-time's own options come first.
        List<byte[]> ours = commandLine.subList(Math.max(0, commandLine.size() - arguments.length), commandLine.size());
        List<String> decoded = new ArrayList<>();
        for (byte[] argument : ours) {
            decoded.add(decoded(argument, "argument " + (decoded.size() + 1)));
        }
        if (calledWarmer(commandLine, arguments.length)) {
            decoded.addFirst("warm");
        }
        return new Invocation(decoded, variables(environment));
    }

    /** Whether this is a native executable that was called by kaniko's other name; the launcher sees to it itself. */
    private static boolean calledWarmer(List<byte[]> commandLine, int arguments) {
        return commandLine.size() == arguments + 1
                && new String(commandLine.getFirst(), StandardCharsets.UTF_8).matches("(.*/)?warmer");
    }

    private static Map<String, String> variables(List<byte[]> environment) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (byte[] entry : environment) {
            String text = new String(entry, StandardCharsets.UTF_8);
            int equals = text.indexOf('=', 1);
            if (equals > 0) {
                variables.putIfAbsent(text.substring(0, equals), text.substring(equals + 1));
            }
        }
        String callersLocale = variables.remove(CALLERS_LOCALE);
        if (callersLocale != null) {
            if (callersLocale.isEmpty()) {
                variables.remove("LC_ALL");
            } else {
                variables.put("LC_ALL", callersLocale);
            }
        }
        return variables;
    }

    private static List<byte[]> parts(byte[] nulTerminated) {
        List<byte[]> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < nulTerminated.length; i++) {
            if (nulTerminated[i] == 0) {
                parts.add(Arrays.copyOfRange(nulTerminated, start, i));
                start = i + 1;
            }
        }
        return parts;
    }

    private static String decoded(byte[] bytes, String what) throws UsageException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            throw new UsageException("%s \"%s\" is not UTF-8: flags are text"
                    .formatted(what, new String(bytes, StandardCharsets.UTF_8)));
        }
    }
}
