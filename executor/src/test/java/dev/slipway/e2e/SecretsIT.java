package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets that a command prints are in no output of the executor, in no file that it writes, and not in the image. */
class SecretsIT {
    private static final List<String> SECRETS =
            List.of("marker-file-5b1f", "marker-variable-77aa", "marker-token-0c3d", "marker-user-9e2b");

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    @AutoClose
    private final Workspace workspace = new Workspace();

    @BeforeEach
    void pushTheBase() throws IOException {
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(BaseImages.busybox(workspace.path("busybox")), "busybox", "1");
        }
        Files.writeString(workspace.path("file-secret"), SECRETS.get(0) + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tty", "json", "gitlab", "quiet"})
    void markersAreInNoOutputAndNotInTheImage(String progress) throws IOException {
        workspace.dockerfile("""
                FROM %s
                RUN --mount=type=secret,id=file --mount=type=secret,id=var,env=V \\
                  cat /run/secrets/file; echo "$V" >&2; echo %s; echo from https://%s:x@example.com/
                RUN --mount=type=secret,id=var,env=V echo "$V"; exit 3
                """.formatted(registry.reference("busybox:1"), SECRETS.get(2), SECRETS.get(3)));
        Path report = workspace.path("report.html");
        Completed done = workspace
                .build(
                        "--no-push",
                        "--insecure",
                        "--progress",
                        progress,
                        "--verbosity=trace",
                        "--report",
                        report.toString())
                .with(
                        "--secret",
                        "id=file,src=" + workspace.path("file-secret"),
                        "--secret",
                        "id=var,env=SECRET_VARIABLE")
                .withVariable("SECRET_VARIABLE", SECRETS.get(1))
                .withVariable("CI_JOB_TOKEN", SECRETS.get(2))
                .run();
        assertThat(done.exitCode()).as("%s", done).isEqualTo(3);
        assertThat(done.out() + done.err()).doesNotContain(SECRETS).contains("exit code 3");
        if (!progress.equals("quiet")) {
            assertThat(done.err()).contains("***");
        }
        assertThat(report).content().doesNotContain(SECRETS).contains("***", "Build failed");
        workspace.assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = "overlay")
    void aBuildThatSucceedsLeavesNoMarkerInWhatItWrites(String isolation) throws IOException {
        workspace.dockerfile("""
                FROM %s
                RUN --mount=type=secret,id=file --mount=type=secret,id=var,env=V test -n "$V" && cat /run/secrets/file
                """.formatted(registry.reference("busybox:1")));
        Path layout = workspace.path("layout");
        Completed done = workspace
                .build("--no-push", "--insecure", "--isolation", isolation, "--compression-level=0")
                .with(
                        "--oci-layout-path",
                        layout.toString(),
                        "--report",
                        workspace.path("report.html").toString())
                .with(
                        "--secret",
                        "id=file,src=" + workspace.path("file-secret"),
                        "--secret",
                        "id=var,env=SECRET_VARIABLE")
                .withVariable("SECRET_VARIABLE", SECRETS.get(1))
                .run();
        assertThat(done.exitCode()).as("%s", done).isZero();
        try (Stream<Path> files = Stream.concat(Files.walk(layout), Files.walk(workspace.own()))) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .as("%s", file)
                            .doesNotContain(SECRETS));
        }
    }
}
