package dev.slipway.cli;

import dev.slipway.registry.DockerConfigFile;
import dev.slipway.registry.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code executor login REGISTRY -u USER (-p PASSWORD | --password-stdin)}: writes a credential into Docker's config
 * file, as scripts that are made for other builders do before they build.
 */
final class LoginCommand {
    static final String USAGE = "executor login REGISTRY -u USER (-p PASSWORD | --password-stdin)";
    private static final int LONGEST_PASSWORD_BYTES = 64 * 1024;

    private final Streams streams;
    private final InputStream in;

    LoginCommand(Streams streams, InputStream in) {
        this.streams = streams;
        this.in = in;
    }

    /** What the command line says. */
    private record Login(String registry, String user, Optional<String> password, boolean fromInput) {}

    int run(List<String> arguments, Map<String, String> environment) throws UsageException {
        Login login = parse(arguments);
        Secret password =
                new Secret(login.password().isPresent() ? login.password().get() : read());
        Path file = file(environment);
        try {
            DockerConfigFile.put(file, login.registry(), login.user(), password);
        } catch (IllegalArgumentException e) {
            throw new UsageException("login: " + e.getMessage());
        } catch (IOException e) {
            throw new UsageException("login: \"%s\" can't be written: %s".formatted(file, Failures.reason(e)));
        }
        streams.err().println("The credential for %s is in %s".formatted(login.registry(), file));
        return 0;
    }

    private static Login parse(List<String> arguments) throws UsageException {
        List<String> registries = new ArrayList<>();
        Optional<String> user = Optional.empty();
        Optional<String> password = Optional.empty();
        boolean fromInput = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String option = equals < 0 ? argument : argument.substring(0, equals);
            switch (option) {
                case "-u", "--username", "-p", "--password" -> {
                    if (equals < 0 && i + 1 >= arguments.size()) {
                        throw new UsageException("login: %s: its value is missing".formatted(option));
                    }
                    String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
                    if (option.startsWith("-u") || option.equals("--username")) {
                        user = Optional.of(value);
                    } else {
                        password = Optional.of(value);
                    }
                }
                case "--password-stdin" -> fromInput = true;
                default -> {
                    if (option.startsWith("-")) {
                        throw new UsageException("login: unknown flag \"%s\": write %s".formatted(option, USAGE));
                    }
                    registries.add(argument);
                }
            }
        }
        if (registries.size() != 1 || user.isEmpty() || user.get().isEmpty() || password.isPresent() == fromInput) {
            throw new UsageException("login: write " + USAGE);
        }
        return new Login(registries.getFirst(), user.get(), password, fromInput);
    }

    /** As {@code docker login}: the line's end doesn't belong to the password. */
    private String read() throws UsageException {
        try {
            String text = new String(in.readNBytes(LONGEST_PASSWORD_BYTES), StandardCharsets.UTF_8);
            String password = text.replaceFirst("\\r?\\n$", "");
            if (password.isEmpty()) {
                throw new UsageException("login: --password-stdin: standard input is empty");
            }
            return password;
        } catch (IOException e) {
            throw new UsageException("login: --password-stdin: " + e.getMessage());
        }
    }

    private static Path file(Map<String, String> environment) throws UsageException {
        String directory = environment.getOrDefault("DOCKER_CONFIG", "");
        if (!directory.isBlank()) {
            return Path.of(directory, "config.json");
        }
        String home = environment.getOrDefault("HOME", "");
        if (home.isBlank()) {
            throw new UsageException("login: neither DOCKER_CONFIG nor HOME says where the credential is kept");
        }
        return Path.of(home, ".docker", "config.json");
    }
}
