package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.HistoryEntry;
import dev.slipway.image.ImageConfig;
import dev.slipway.layer.BlobStore;
import dev.slipway.posix.Directory;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.PublishableImage;
import dev.slipway.registry.CredentialSource;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryListener;
import dev.slipway.registry.RegistryOptions;
import dev.slipway.rootfs.Isolation;
import dev.slipway.rootfs.RootfsFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole builds without commands: what the image's config, history and layers say. */
class ImageBuilderTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    @TempDir
    private Path directory;

    private Path context;
    private final List<BuildEvent> events = new CopyOnWriteArrayList<>();
    private ProgressListener listener = events::add;
    private UnaryOperator<BuildRequest.Builder> flags = UnaryOperator.identity();

    @BeforeEach
    void makeContext() throws Exception {
        context = Files.createDirectories(directory.resolve("context"));
        Files.writeString(context.resolve("one.txt"), "1\n");
    }

    @Test
    void historyIsWrittenAsBuildKitWritesIt() throws Exception {
        assertThat(history("""
                FROM scratch
                MAINTAINER Jane
                ENV A=1 B="two words"
                ARG V=$A W
                EXPOSE 80 53/udp
                VOLUME /v /w
                SHELL ["/bin/ash", "-c"]
                ENTRYPOINT ["e", "q\\"q"]
                CMD echo hi
                HEALTHCHECK --interval=90s CMD true
                COPY --chown=1:2 --chmod=640 --link one.txt /d/
                WORKDIR /w$A
                WORKDIR /
                ONBUILD RUN x
                """))
                .containsExactly(
                        "empty MAINTAINER Jane",
                        "empty ENV A=1 B=two words",
                        "empty ARG V=1 W",
                        "empty EXPOSE [53/udp 80/tcp]",
                        "empty VOLUME [/v /w]",
                        "empty SHELL [/bin/ash -c]",
                        "empty ENTRYPOINT [\"e\" \"q\\\"q\"]",
                        "empty CMD [\"/bin/ash\" \"-c\" \"echo hi\"]",
                        "empty HEALTHCHECK {Test:[CMD-SHELL true] Interval:1m30s Timeout:0s StartPeriod:0s"
                                + " StartInterval:0s Retries:0}",
                        "layer COPY --chown=1:2 --chmod=640 one.txt /d/ # buildkit",
                        "layer WORKDIR /w1",
                        "empty WORKDIR /");
    }

    @Test
    void scratchHasARootAndAPath() throws Exception {
        ImageConfig config = build("FROM scratch\nLABEL a=b\n");
        assertThat(config.container().workingDir()).isEqualTo("/");
        assertThat(config.container().env()).containsExactly("PATH=" + StageState.DEFAULT_PATH);
        assertThat(config.created()).contains(NOW);
        assertThat(config.diffIds()).isEmpty();
    }

    @Test
    void argumentsNeverReachTheImageAndLaterVariablesWin() throws Exception {
        flags = request -> request.buildArgument("GIVEN", "flag");
        ImageConfig config = build("""
                ARG GLOBAL=global
                FROM scratch AS base
                ARG GLOBAL
                ARG GIVEN=default
                ARG SHADOW=arg
                ENV SHADOW=env
                FROM base
                LABEL l="$GLOBAL $GIVEN $SHADOW ${TARGETSTAGE:-unseen}"
                ARG TARGETSTAGE
                LABEL m="$TARGETSTAGE"
                """);
        assertThat(config.container().labels())
                .containsEntry("l", "global flag env unseen")
                .containsEntry("m", "default");
        assertThat(config.container().env()).last().isEqualTo("SHADOW=env");
    }

    @Test
    void anEntrypointClearsAnInheritedCommandOnly() throws Exception {
        ImageConfig inherited = build("FROM scratch AS base\nCMD [\"old\"]\nFROM base\nENTRYPOINT [\"run\"]\n");
        assertThat(inherited.container().cmd()).isEmpty();
        ImageConfig own = build("FROM scratch\nCMD [\"own\"]\nENTRYPOINT [\"run\"]\n");
        assertThat(own.container().cmd()).containsExactly("own");
    }

    @Test
    void triggersRunOnceInTheChildAndAreNotHandedOn() throws Exception {
        ImageConfig config = build("""
                FROM scratch AS files
                COPY one.txt /f
                FROM scratch AS base
                ONBUILD COPY --from=files /f /g
                FROM base AS child
                LABEL child=yes
                FROM child
                """);
        assertThat(config.history())
                .extracting(HistoryEntry::createdBy)
                .containsExactly("COPY /f /g # buildkit", "LABEL child=yes");
        assertThat(config.container().onBuild()).isEmpty();
    }

    @Test
    void targetsAreNamedInAnyCaseOrByNumber() throws Exception {
        String dockerfile = "FROM scratch AS One\nLABEL which=one\nFROM scratch\nLABEL which=two\n";
        flags = request -> request.target("ONE");
        assertThat(build(dockerfile).container().labels()).containsEntry("which", "one");
        flags = request -> request.target("0");
        assertThat(build(dockerfile).container().labels()).containsEntry("which", "one");
        flags = request -> request.target("nosuch");
        assertThatThrownBy(() -> build(dockerfile)).hasMessageContaining("nosuch");
    }

    @Test
    void stagesThatNobodyNeedsAreNotBuiltButCheckedForNumbersAndCircles() throws Exception {
        assertThat(build("FROM scratch AS unused\nCOPY nosuch /\nFROM scratch\nLABEL ok=yes\n")
                        .diffIds())
                .isEmpty();
        assertThatThrownBy(() -> build("FROM scratch AS unused\nCOPY --from=7 /f /\nFROM scratch\nLABEL ok=yes\n"))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("Dockerfile:2")
                .hasMessageContaining("7");
        assertThatThrownBy(() -> build("""
                FROM scratch AS a
                COPY --from=b /f /
                FROM scratch AS b
                COPY --from=a /f /
                FROM scratch
                LABEL ok=yes
                """)).hasMessageContaining("\"a\"");
    }

    @Test
    void aMissingSourceIsToldWithItsLineAndWhatKeepsItOut() throws Exception {
        Files.writeString(context.resolve(".dockerignore"), "# nothing\n*.txt\n");
        assertThatThrownBy(() -> build("FROM scratch\nCOPY one.txt /\n"))
                .isInstanceOfSatisfying(
                        BuildException.class,
                        failure -> assertThat(failure.failure()).isEqualTo(FailureClass.CONTEXT))
                .hasMessageContaining("Dockerfile:2")
                .hasMessageContaining("\"/one.txt\"")
                .hasMessageContaining(".dockerignore line 2");
    }

    @Test
    void reproducibleBuildsGiveTheSameDigest() throws Exception {
        flags = request -> request.layers(new BuildRequest.LayerOptions(
                BuildRequest.Compression.GZIP,
                BuildRequest.LayerOptions.DEFAULT.compressionLevel(),
                false,
                true,
                false,
                List.of()));
        String dockerfile = "FROM scratch\nCOPY one.txt /d/\nWORKDIR /w\n";
        PublishableImage first = image(dockerfile, NOW);
        PublishableImage second = image(dockerfile, NOW.plusSeconds(3600));
        assertThat(second.manifest().digest()).isEqualTo(first.manifest().digest());
    }

    @Test
    void aSourceDateEpochIsTheImagesTime() throws Exception {
        flags = request -> request.environment(Map.of("SOURCE_DATE_EPOCH", "1500000000"));
        ImageConfig config = build("FROM scratch\nLABEL a=b\n");
        assertThat(config.created()).contains(Instant.ofEpochSecond(1_500_000_000));
        assertThat(config.history().getFirst().created()).contains(Instant.ofEpochSecond(1_500_000_000));
        flags = request -> request.buildArgument("SOURCE_DATE_EPOCH", "yesterday");
        assertThatThrownBy(() -> build("FROM scratch\n")).hasMessageContaining("SOURCE_DATE_EPOCH");
    }

    @Test
    void aGlobalArgsEpochHoldsUnlessABuildArgumentIsGiven() throws Exception {
        String dockerfile = "ARG SOURCE_DATE_EPOCH=1400000000\nFROM scratch\nLABEL a=b\n";
        assertThat(build(dockerfile).created()).contains(Instant.ofEpochSecond(1_400_000_000));
        flags = request -> request.buildArgument("SOURCE_DATE_EPOCH", "1500000000");
        assertThat(build(dockerfile).created()).contains(Instant.ofEpochSecond(1_500_000_000));
    }

    @Test
    void anArgumentThatOnlyBuildKitHeedsIsSaidToHaveNoEffect() throws Exception {
        flags = request -> request.buildArgument("BUILDKIT_INLINE_CACHE", "1")
                .buildArgument("BUILDKIT_MULTI_PLATFORM", "1")
                .buildArgument("BUILDKIT_BUILD_NAME", "nightly")
                .buildArgument("BUILDKIT_SYNTAX", "docker/dockerfile:1")
                .buildArgument("BUILDKIT_CACHE_MOUNT_NS", "own");
        build("FROM scratch\nLABEL a=b\n");
        assertThat(events)
                .extracting(BuildEvent::toString)
                .filteredOn(text -> text.contains("no effect"))
                .extracting(text -> text.replaceFirst(".*--build-arg (\\w+).*", "$1"))
                .containsExactly(
                        "BUILDKIT_BUILD_NAME", "BUILDKIT_INLINE_CACHE", "BUILDKIT_MULTI_PLATFORM", "BUILDKIT_SYNTAX");
    }

    @Test
    void aSingleSnapshotIsOneLayer() throws Exception {
        flags = request -> request.layers(new BuildRequest.LayerOptions(
                BuildRequest.Compression.GZIP,
                BuildRequest.LayerOptions.DEFAULT.compressionLevel(),
                true,
                false,
                false,
                List.of()));
        ImageConfig config = build("FROM scratch\nCOPY one.txt /a\nCOPY one.txt /b\nWORKDIR /w\n");
        assertThat(config.diffIds()).hasSize(1);
        assertThat(config.history()).filteredOn(entry -> !entry.emptyLayer()).hasSize(1);
    }

    @Test
    void stagesAreBuiltSideBySideWithTheSameResult() throws Exception {
        String dockerfile = """
                FROM scratch AS a
                COPY one.txt /a
                FROM scratch AS b
                COPY one.txt /b
                FROM scratch
                COPY --from=a /a /
                COPY --from=b /b /
                """;
        ImageConfig alone = build(dockerfile);
        flags = request -> request.jobs(3);
        assertThat(build(dockerfile).diffIds()).isEqualTo(alone.diffIds());
        assertThatThrownBy(() -> build(dockerfile.replace("one.txt /b", "nosuch /b")))
                .hasMessageContaining("nosuch");
    }

    @Test
    void theFirstFailureEndsTheOtherStages() throws Exception {
        Files.copy(Path.of("/bin/busybox"), context.resolve("busybox"));
        flags = request -> request.jobs(2);
        long start = System.nanoTime();
        assertThatThrownBy(() -> build("""
                        FROM scratch AS slow
                        COPY busybox /busybox
                        RUN ["/busybox", "sleep", "100"]
                        FROM scratch AS wrong
                        COPY busybox /busybox
                        RUN ["/busybox", "false"]
                        FROM scratch
                        COPY --from=slow /busybox /1
                        COPY --from=wrong /busybox /2
                        """)).isInstanceOf(BuildException.class).hasMessageContaining("/busybox false");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
    }

    @Test
    void aStageThatBreaksLeavesNothingOpen() throws Exception {
        listener = event -> {
            if (event instanceof BuildEvent.StepStarted started
                    && started.step().instruction().startsWith("LABEL")) {
                throw new IllegalStateException("nobody expects this");
            }
        };
        assertThatThrownBy(() -> build("FROM scratch\nCOPY one.txt /\nLABEL a=b\n"))
                .hasMessage("nobody expects this");
        assertThat(openFiles()).isEmpty();
    }

    private List<Path> openFiles() throws IOException {
        List<Path> open = new ArrayList<>();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)) {
                    open.add(Files.readSymbolicLink(descriptor));
                }
            }
        }
        open.removeIf(file -> !file.startsWith(directory));
        return open;
    }

    @Test
    void unusedArgumentsAndFindingsAreSaid() throws Exception {
        flags = request -> request.buildArgument("NOBODY", "x").buildArgument("http_proxy", "y");
        build("FROM scratch AS Upper\nLABEL a=b\n");
        assertThat(events)
                .filteredOn(BuildEvent.Message.class::isInstance)
                .singleElement()
                .asString()
                .contains("NOBODY");
        assertThat(events)
                .filteredOn(BuildEvent.CheckWarning.class::isInstance)
                .singleElement()
                .asString()
                .contains("StageNameCasing");
        assertThatThrownBy(() -> build("# check=error=true\nFROM scratch AS Upper\nLABEL a=b\n"))
                .hasMessageContaining("StageNameCasing");
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        assertThatThrownBy(() -> build("FROM scratch\nRUN --security=insecure x\n"))
                .hasMessageContaining("--security=insecure")
                .hasMessageContaining("Dockerfile:2");
        assertThatThrownBy(() -> build("FROM scratch\nRUN --device=vendor.com/gpu x\n"))
                .hasMessageContaining("--device=")
                .hasMessageContaining("not supported");
    }

    private List<String> history(String dockerfile) throws Exception {
        List<String> lines = new ArrayList<>();
        for (HistoryEntry entry : build(dockerfile).history()) {
            lines.add((entry.emptyLayer() ? "empty " : "layer ") + entry.createdBy());
        }
        return lines;
    }

    private ImageConfig build(String dockerfile) throws Exception {
        return ImageConfig.parse(image(dockerfile, NOW).config(), "test");
    }

    private PublishableImage image(String dockerfile, Instant now) throws Exception {
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        Path store = Files.createDirectories(directory.resolve("store"));
        Path work = Files.createTempDirectory(directory, "work");
        try (Directory root = Directory.open(store);
                BlobStore blobs = BlobStore.open(root);
                RegistryClient registries = new RegistryClient(
                        RegistryOptions.builder().build(), CredentialSource.NONE, RegistryListener.SILENT);
                RootfsFactory roots = RootfsFactory.open(work, store, blobs, Isolation.AUTO)) {
            ImageBuilder builder =
                    new ImageBuilder(registries, blobs, store, roots, work, listener, InstantSource.fixed(now));
            return builder.build(flags.apply(BuildRequest.of(context)).build()).image();
        }
    }
}
