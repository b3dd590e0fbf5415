package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.fixture.base.BaseImages;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.registry.EmbeddedRegistry;
import dev.slipway.fixture.registry.RegistryAccess;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How often a registry is asked again, and what it is asked before a build. */
class RetryFlagsTest {
    private static final String UPLOAD_IS_CANCELLED = "DELETE /v2/app/blobs/uploads/";

    @AutoClose
    private final CommandLine command =
            new CommandLine().file("Dockerfile", "FROM scratch\nCOPY hello /\n").file("hello", "hi");

    @AutoClose
    private final EmbeddedRegistry registry = EmbeddedRegistry.start();

    private String destination() {
        return "--destination=" + registry.reference("app:1");
    }

    /** What no client retries by itself: somebody has removed a blob between its upload and the manifest. */
    private void refuseAManifest() {
        registry.refuseOnce("PUT /v2/app/manifests/1", 400, "MANIFEST_BLOB_UNKNOWN");
    }

    @Test
    void aPushThatWasRefusedIsRepeatedAsOftenAsPushRetrySays() {
        refuseAManifest();
        CommandLine.Ended once = command.build(destination());
        assertThat(once.exitCode()).as("%s", once).isEqualTo(69);
        assertThat(once.lastLine()).contains("MANIFEST_BLOB_UNKNOWN");
        refuseAManifest();
        CommandLine.Ended repeated = command.builds(destination(), "--push-retry=1");
        assertThat(repeated.err()).contains("MANIFEST_BLOB_UNKNOWN", "pushing again in 1 s");
        assertThat(command.build(destination(), "--push-retry=-1").lastLine()).contains("--push-retry -1: must be");
    }

    @Test
    void theRightToPushIsTriedBeforeTheBuildUnlessThatIsToBeSkipped() {
        command.builds(destination());
        assertThat(registry.count(UPLOAD_IS_CANCELLED)).isOne();
        registry.forgetRequests();
        command.builds(destination(), "--skip-push-permission-check");
        assertThat(registry.count(UPLOAD_IS_CANCELLED)).isZero();
        assertThat(registry.count("PUT /v2/app/manifests/1")).isOne();
    }

    @Test
    void aPushThatIsNotAllowedEndsTheBuildBeforeItsFirstStep() {
        registry.refuseOnce("POST /v2/app/blobs/uploads/", 403, Map.of());
        CommandLine.Ended ended = command.build(destination());
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(69);
        assertThat(ended.lastLine()).contains("403 Forbidden");
        assertThat(ended.err()).doesNotContain("COPY hello");
        registry.refuseOnce("POST /v2/app/blobs/uploads/", 403, Map.of());
        assertThat(command.build(destination(), "--skip-push-permission-check").err())
                .contains("COPY hello", "403 Forbidden");
    }

    private Image base() {
        Image base = BaseImages.busybox(command.path("base"));
        try (RegistryAccess access = RegistryAccess.to(registry)) {
            access.push(base, "base", "1");
        }
        command.file("Dockerfile", "FROM " + registry.reference("base:1") + "\nRUN echo a > /a\n");
        return base;
    }

    private CommandLine.Ended pulls(String... flags) {
        String[] all = Arrays.copyOf(flags, flags.length + 2);
        all[flags.length] = "--no-push";
        all[flags.length + 1] = "--isolation=directory";
        return command.build(all);
    }

    private void refuseTheBase() {
        registry.refuseOnce("HEAD /v2/base/manifests/1", 404, Map.of());
        registry.refuseOnce("GET /v2/base/manifests/", 404, Map.of());
    }

    /** 404 is what no client retries by itself, and what replicas say that lag behind. */
    @Test
    void aBaseIsAskedForAsOftenAsImageDownloadRetrySays() {
        String layer = "GET .*/blobs/" + base().layerDigests().getFirst();
        refuseTheBase();
        assertThat(pulls().exitCode()).isEqualTo(69);
        registry.refuseOnce(layer, 404, Map.of());
        assertThat(pulls().exitCode()).isEqualTo(69);
        refuseTheBase();
        registry.refuseOnce(layer, 404, Map.of());
        CommandLine.Ended ended = pulls("--image-download-retry=1");
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        assertThat(ended.err())
                .containsPattern("image \".*/base:1\": .*404.*; trying again")
                .containsPattern("layer sha256:.*404.*; trying again")
                .doesNotContain("unpacking failed");
    }

    @Test
    void aBaseIsUnpackedAsOftenAsImageFsExtractRetrySays() {
        registry.refuseOnce("GET .*/blobs/" + base().layerDigests().getFirst(), 404, Map.of());
        CommandLine.Ended ended = pulls("--image-fs-extract-retry=1");
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        assertThat(ended.err()).containsPattern("unpacking failed: .*404.*; trying again");
        assertThat(pulls("--image-fs-extract-retry=often").lastLine())
                .contains("--image-fs-extract-retry \"often\": not a whole number");
    }

    @Test
    void anImmutableTagEndsThePushUnlessThatIsToBeIgnored() {
        registry.refuseOnce("PUT /v2/app/manifests/1", 400, "TAG_INVALID");
        CommandLine.Ended refused = command.build(destination());
        assertThat(refused.exitCode()).as("%s", refused).isEqualTo(69);
        assertThat(refused.lastLine()).contains("the tag is immutable", "--push-ignore-immutable-tag-errors");
        registry.refuseOnce("PUT /v2/app/manifests/1", 400, "TAG_INVALID");
        CommandLine.Ended ignored = command.builds(
                destination(),
                "--destination=" + registry.reference("app:2"),
                "--push-ignore-immutable-tag-errors",
                "--digest-file=" + command.path("digest"));
        assertThat(ignored.err()).contains("app:1", "it counts as pushed");
        assertThat(command.path("digest")).content().startsWith("sha256:");
        assertThat(registry.count("PUT /v2/app/manifests/2")).isOne();
    }
}
