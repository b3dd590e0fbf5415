package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.posix.PathBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One command to run in a root.
 *
 * @param arguments the program and its arguments; a program without a slash is looked for in the environment's PATH
 * @param environment {@code NAME=value} entries, exactly what the command sees
 * @param workingDirectory where it starts, relative to the root; it must exist
 * @param credentials whom it runs as
 * @param mounts what it sees besides its root, in order
 * @param network what it sees of the network
 * @param hostname its own name
 * @param addedHosts further lines of /etc/hosts: name to address
 * @param allowances what it may do and use beyond, or short of, what every command may
 */
public record Command(
        List<byte[]> arguments,
        List<byte[]> environment,
        PathBytes workingDirectory,
        Credentials credentials,
        List<Mount> mounts,
        Network network,
        Optional<String> hostname,
        Map<String, String> addedHosts,
        Allowances allowances) {

    /** What a command is called on the network if nobody says: BuildKit's own default. */
    public static final String DEFAULT_HOSTNAME = "buildkitsandbox";

    public Command {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("a command without a program");
        }
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        mounts = List.copyOf(mounts);
        addedHosts = Collections.unmodifiableMap(new LinkedHashMap<>(addedHosts));
    }

    /** A command for root in {@code /} with nothing special. */
    public static Command of(List<String> arguments, Map<String, String> environment) {
        List<byte[]> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(bytes(name + "=" + value)));
        return new Command(
                arguments.stream().map(Command::bytes).toList(),
                variables,
                PathBytes.EMPTY,
                Credentials.ROOT,
                List.of(),
                Network.HOST,
                Optional.empty(),
                Map.of(),
                Allowances.NONE);
    }

    public Command in(PathBytes directory) {
        return new Command(
                arguments, environment, directory, credentials, mounts, network, hostname, addedHosts, allowances);
    }

    public Command as(Credentials whom) {
        return new Command(
                arguments, environment, workingDirectory, whom, mounts, network, hostname, addedHosts, allowances);
    }

    public Command with(List<Mount> seen) {
        return new Command(
                arguments, environment, workingDirectory, credentials, seen, network, hostname, addedHosts, allowances);
    }

    public Command on(Network seen) {
        return new Command(
                arguments, environment, workingDirectory, credentials, mounts, seen, hostname, addedHosts, allowances);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
