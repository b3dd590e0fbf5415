package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.Program;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native executable builds what the packaged one builds: one code base, two packagings (DESIGN 3.8). */
@EnabledIf(
        value = "isCompiled",
        disabledReason = "there is no native executable: set GRAALVM_HOME or NATIVE_BUILDER and call make test")
class NativeExecutableIT {
    private static final Path EXECUTABLE = Path.of(System.getProperty("slipway.native"));
    private static final Path DEMO = Path.of("../docs/demo").toAbsolutePath().normalize();

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final RegistryAccess access = RegistryAccess.to(registry);

    @AutoClose
    private final Workspace workspace = new Workspace();

    static boolean isCompiled() {
        return Files.isExecutable(EXECUTABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay", "directory"})
    void buildsTheDemosImageLayerByLayerAsThePackagedExecutorDoes(String isolation) {
        access.push(BaseImages.machineShell(workspace.path("base")), "machine", "latest");
        PulledImage natively = build(EXECUTABLE, isolation, "native");
        PulledImage packaged = build(Workspace.launcher(), isolation, "packaged");
        assertThat(natively.image().diffIds())
                .hasSizeGreaterThan(2)
                .isEqualTo(packaged.image().diffIds());
        workspace.assertNothingIsLeft();
    }

    @Test
    void keepsNamesThatAreNoAsciiInAnyLocale() {
        workspace.dockerfile("FROM scratch\nCOPY naïve.txt /ünï/\n").file("naïve.txt", "bytes");
        Completed done = Program.of(
                        EXECUTABLE.toString(), "--slipway-dir", workspace.own().toString())
                .with("--context", "dir://" + workspace.context(), "--destination", registry.reference("names:1"))
                .with("--insecure-registry", registry.host())
                .withVariable("LC_ALL", "C")
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        String bytes = new String("ünï/naïve.txt".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(PulledImage.from(registry.reference("names:1"), workspace.path("names"))
                        .has(bytes))
                .as("names are shown byte by byte")
                .isTrue();
    }

    @ParameterizedTest
    @EnabledIfEnvironmentVariable(named = "CONFORMANCE", matches = ".+", disabledReason = "CONFORMANCE is not set")
    @ValueSource(strings = {"heredoc-*", "copy-*", "mount-*", "addarchive-*"})
    void passesConformanceCases(String filter) {
        Path conformance = Path.of(System.getenv("CONFORMANCE"));
        Completed done = Program.of(conformance.resolve("run").toString())
                .with("--executor", EXECUTABLE.toString())
                .with("--suite", conformance.resolve("cases").toString())
                .with("--isolation", "overlay")
                .with("--filter", filter)
                .within(Duration.ofMinutes(10))
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
    }

    private PulledImage build(Path executor, String isolation, String tag) {
        String reference = registry.reference("notes:" + tag);
        Completed done = Program.of(
                        executor.toString(),
                        "--slipway-dir",
                        workspace.path(tag).toString())
                .with("--context", "dir://" + DEMO, "--isolation", isolation, "--reproducible")
                .with("--build-arg", "BASE=" + registry.reference("machine:latest"))
                .with("--destination", reference, "--insecure-registry", registry.host())
                .within(Duration.ofMinutes(2))
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        assertThat(done.err()).as("nothing of the run-time's own").doesNotContain("WARNING", "SLF4J");
        return PulledImage.from(reference, workspace.path("pulled-" + tag));
    }
}
