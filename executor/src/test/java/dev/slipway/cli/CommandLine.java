package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.process.FixtureException;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The executor within this process, on a context and a directory of its own. */
final class CommandLine implements AutoCloseable {
    private final TemporaryDirectory directory = TemporaryDirectory.create("cli");
    private final Map<String, String> environment = new HashMap<>();

    /** How a command ended. */
    record Ended(int exitCode, String out, String err) {
        String lastLine() {
            return err.lines().reduce("", (before, line) -> line);
        }
    }

    Path path(String name) {
        return directory.path().resolve(name);
    }

    /** What a file holds that a command wrote. */
    String text(String name) throws IOException {
        return Files.readString(path(name));
    }

    CommandLine file(String name, String content) {
        try {
            Path file = path("context").resolve(name);
            Files.createDirectories(Objects.requireNonNull(file.getParent(), name));
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new FixtureException("can't write " + name, e);
        }
    }

    CommandLine variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Ended run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Executor(new Surroundings(
                        new Streams(
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        directory.path(),
                        InstantSource.system()))
                .run(List.of(arguments), environment);
        return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Must end with 0. */
    Ended succeeds(String... arguments) {
        Ended ended = run(arguments);
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        return ended;
    }

    private String[] building(String... flags) {
        List<String> arguments = new ArrayList<>(
                List.of("--context=dir://" + path("context"), "--slipway-dir=" + path("own"), "--reproducible"));
        arguments.addAll(List.of(flags));
        return arguments.toArray(String[]::new);
    }

    Ended build(String... flags) {
        return run(building(flags));
    }

    Ended builds(String... flags) {
        return succeeds(building(flags));
    }

    @Override
    public void close() {
        directory.close();
    }
}
