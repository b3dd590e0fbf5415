package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.posix.CallingThread;
import dev.slipway.posix.Errno;
import dev.slipway.posix.Launch;
import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A command worked out so far that starting it takes nothing but system calls. */
final class Program {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;
    private static final int ENOEXEC = 8;

    private final Command command;
    private final Set<Integer> capabilities;
    private final int[] groups;
    private final byte[] workingDirectory;
    private final List<byte[]> candidates;
    private final int in;
    private final int out;
    private final int err;

    /** The three numbers are the descriptors that become its standard streams. */
    Program(Command command, Set<Integer> capabilities, int in, int out, int err) {
        this.command = command;
        this.capabilities = capabilities;
        this.groups = command.credentials().groupArray();
        this.workingDirectory = absolute(command.workingDirectory());
        this.candidates = candidates(command);
        this.in = in;
        this.out = out;
        this.err = err;
    }

    Command command() {
        return command;
    }

    Set<Integer> capabilities() {
        return capabilities;
    }

    int[] groups() {
        return groups;
    }

    byte[] workingDirectory() {
        return workingDirectory;
    }

    /**
     * Starts the first candidate that can be executed, as execvp(3) does; gives the process id, or the negative error
     * number that tells most. Only one start is tried: a process namespace ends with its first process, even with one
     * whose program could not be executed.
     */
    int start(Launch launch) throws IOException {
        int refused = Errno.ENOENT;
        for (byte[] candidate : candidates) {
            int error = CallingThread.executableError(candidate);
            if (error == 0) {
                return launch.start(candidate, command.arguments(), command.environment(), in, out, err);
            }
            refused = error == Errno.ENOENT || error == Errno.ENOTDIR ? refused : error;
        }
        return -refused;
    }

    /** What to say of a start that failed with an error number. */
    SandboxException failure(int errno) {
        boolean named = hasSlash(command.arguments().getFirst());
        return switch (errno) {
            case Errno.ENOENT, Errno.ENOTDIR ->
                new CommandNotStartedException(
                        "\"" + name() + "\": "
                                + (named
                                        ? "not found in the image, or its interpreter isn't"
                                        : "executable file not found in $PATH of the image"),
                        NOT_FOUND);
            case Errno.EACCES ->
                new CommandNotStartedException(
                        "\"" + name() + "\": permission denied: it is no executable file", NOT_EXECUTABLE);
            case ENOEXEC ->
                new CommandNotStartedException(
                        "\"" + name() + "\": neither a program for this machine nor a script with a #! line",
                        NOT_EXECUTABLE);
            case Errno.EINTR -> new SandboxException("the executor is ending: no further command is started");
            default -> new SandboxException("can't start \"" + name() + "\": " + Errno.words(errno));
        };
    }

    private String name() {
        return new String(command.arguments().getFirst(), UTF_8);
    }

    private static boolean hasSlash(byte[] program) {
        for (byte b : program) {
            if (b == '/') {
                return true;
            }
        }
        return false;
    }

    private static List<byte[]> candidates(Command command) {
        byte[] program = command.arguments().getFirst();
        if (hasSlash(program)) {
            return List.of(program);
        }
        // Names are bytes: Latin-1 keeps each as it is, there and back.
        String path = DEFAULT_PATH;
        for (byte[] entry : command.environment()) {
            String variable = new String(entry, ISO_8859_1);
            if (variable.startsWith("PATH=")) {
                path = variable.substring("PATH=".length());
            }
        }
        String name = new String(program, ISO_8859_1);
        List<byte[]> candidates = new ArrayList<>();
        for (String directory : path.split(":", -1)) {
            candidates.add(((directory.isEmpty() ? "." : directory) + "/" + name).getBytes(ISO_8859_1));
        }
        return candidates;
    }

    private static byte[] absolute(PathBytes path) {
        byte[] bytes = new byte[path.length() + 1];
        bytes[0] = '/';
        System.arraycopy(path.toByteArray(), 0, bytes, 1, path.length());
        return bytes;
    }
}
