package dev.slipway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.code_intelligence.jazzer.Jazzer;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.process.TemporaryDirectory;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every reader of foreign bytes, fuzzed from {@link Seeds}: a minute for Dockerfiles, less for all together. For longer,
 * and for one target:
 * {@code -Dslipway.fuzz.seconds=3600 -Dslipway.fuzz.seed=7 -Dslipway.fuzz.target=TarFuzz}. An input that fails is in the message in base 64:
 * put it into a file below {@code src/test/resources/dev/slipway/fuzz/TARGET}, where it is tried ever after.
 */
class FuzzIT {
    /** The same path for every change, so that a change is red for what it did; another seed looks elsewhere. */
    private static final long SEED = Long.getLong("slipway.fuzz.seed", 1);
    /** For one input; what is slower hangs. */
    private static final int SLOWEST_SECONDS = 20;

    /** Jazzer's own checks are for what our readers never do: scripts, queries, class names; loading them takes long. */
    private static final Pattern OTHER_CHECKS = Pattern.compile("com/code_intelligence/jazzer/sanitizers/\\w+\\.class");

    /** A target's name, or nothing for all of them. */
    record Round(String target, long seconds) {}

    static Stream<Round> rounds() {
        String target = System.getProperty("slipway.fuzz.target", "");
        Stream<Round> rounds = target.isEmpty()
                ? Stream.of(new Round("DockerfileFuzz", 60), new Round("", 40))
                : Stream.of(new Round(target, 60));
        return rounds.map(each -> new Round(each.target(), Long.getLong("slipway.fuzz.seconds", each.seconds())));
    }

    @ParameterizedTest
    @MethodSource("rounds")
    void nothingButTheDeclaredExceptionComesOut(Round round) throws IOException {
        try (TemporaryDirectory room = TemporaryDirectory.create("fuzz")) {
            Path seeds = Files.createDirectory(room.path().resolve("seeds"));
            Path corpus = Files.createDirectory(room.path().resolve("corpus"));
            String target = round.target();
            for (AnyFuzz.Target each : AnyFuzz.TARGETS) {
                if (target.isEmpty() || target.equals(each.name())) {
                    int choice = target.isEmpty() ? AnyFuzz.TARGETS.indexOf(each) : -1;
                    assertThat(new Seeds(seeds, choice).plant(each.name())).isPositive();
                }
            }
            String type = AnyFuzz.TARGETS.stream()
                    .filter(each -> each.name().equals(target))
                    .map(each -> each.type().getName())
                    .findFirst()
                    .orElse(AnyFuzz.class.getName());
            Completed done = Program.of(command(type, corpus, seeds, room.path(), round.seconds()))
                    .in(room.path())
                    .within(Duration.ofSeconds(round.seconds()).plusMinutes(5))
                    .run();
            String said = done.err() + done.out();
            assertThat(done.exitCode())
                    .as("%s\n%s", tail(said), findings(room.path()))
                    .isZero();
            assertThat(said).as("how many were tried").containsPattern("Done \\d+ runs");
        }
    }

    private static List<String> command(String type, Path corpus, Path seeds, Path room, long seconds)
            throws IOException {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + type,
                "--instrumentation_includes=dev.slipway.**",
                "--disabled_hooks=" + String.join(":", otherChecks()),
                "--reproducer_path=" + room,
                "-artifact_prefix=" + room + "/",
                "-max_total_time=" + seconds,
                "-seed=" + SEED,
                "-timeout=" + SLOWEST_SECONDS,
                "-rss_limit_mb=0",
                "-max_len=8192",
                corpus.toString(),
                seeds.toString());
    }

    private static List<String> otherChecks() throws IOException {
        Path jar;
        try {
            jar = Path.of(Jazzer.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> OTHER_CHECKS.matcher(name).matches())
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .toList();
        }
    }

    /** The inputs that failed, in base 64. */
    private static String findings(Path room) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(room)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.getFileName().toString().matches("(crash|timeout|oom)-.*")) {
                    String input = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
                    text.append(file.getFileName()).append(": ").append(input).append('\n');
                }
            }
        }
        return text.toString();
    }

    /** What the fuzzer said of the finding. */
    private static String tail(String said) {
        List<String> lines = said.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    /** The inputs that once failed, without the fuzzer, so that one can be looked at in a debugger. */
    @TestFactory
    Stream<DynamicTest> keptInputsStayHarmless() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (AnyFuzz.Target target : AnyFuzz.TARGETS) {
            for (Path kept : Seeds.kept(target.name())) {
                tests.add(dynamicTest(
                        target.name() + " " + kept.getFileName(),
                        () -> target.trial().run(Files.readAllBytes(kept))));
            }
        }
        return tests.stream();
    }
}
