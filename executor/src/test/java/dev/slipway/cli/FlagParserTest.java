package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlagParserTest {

    private static GivenFlags parse(String... arguments) throws UsageException {
        return parse(Map.of(), arguments);
    }

    private static GivenFlags parse(Map<String, String> environment, String... arguments) throws UsageException {
        return new FlagParser(FlagTable.flags(FlagTable.BUILD)).parse(List.of(arguments), environment);
    }

    @Test
    void takesAValueAfterAnEqualsSignOrAsTheNextArgument() throws Exception {
        assertThat(parse("--context=dir:///a").value(SourceFlags.CONTEXT)).contains("dir:///a");
        assertThat(parse("--context", "dir:///a").value(SourceFlags.CONTEXT)).contains("dir:///a");
        assertThat(parse("-c", "dir:///a").value(SourceFlags.CONTEXT)).contains("dir:///a");
        assertThat(parse("-c=dir:///a").value(SourceFlags.CONTEXT)).contains("dir:///a");
        assertThat(parse("-cdir:///a").value(SourceFlags.CONTEXT)).contains("dir:///a");
    }

    @Test
    void keepsEqualsSignsQuotesAndSpacesOfAValue() throws Exception {
        assertThat(parse("--build-arg=A=b=c", "--build-arg", "Q=\"x y\"").values(SourceFlags.BUILD_ARG))
                .containsExactly("A=b=c", "Q=\"x y\"");
    }

    @Test
    void leavesArgumentsThatLookLikeFilesOrVariablesAlone() throws Exception {
        assertThat(parse("--build-arg", "@/etc/passwd", "--label=a=${sys:user.home}")
                        .values(SourceFlags.BUILD_ARG))
                .containsExactly("@/etc/passwd");
        assertThat(parse("--label=a=${sys:user.home}").values(ImageFlags.LABEL)).containsExactly("a=${sys:user.home}");
    }

    @ParameterizedTest
    @CsvSource({"--no-push,true", "--no-push=TRUE,true", "--no-push=False,false", "--no-push=1,true", "--no-push=,false"
    })
    void readsSwitchesInAnyCase(String argument, boolean on) throws Exception {
        assertThat(parse(argument).on(OutputFlags.NO_PUSH)).isEqualTo(on);
    }

    @Test
    void refusesASwitchThatIsNeitherTrueNorFalse() {
        assertThatThrownBy(() -> parse("--no-push=maybe").on(OutputFlags.NO_PUSH))
                .isInstanceOf(UsageException.class)
                .hasMessage("--no-push=maybe: write true or false");
    }

    @Test
    void neverTakesTheNextArgumentAsASwitchsValue() {
        assertThatThrownBy(() -> parse("--no-push", "false"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("unexpected argument \"false\"");
    }

    @Test
    void takesAnEmptyValueAsNotGiven() throws Exception {
        GivenFlags flags = parse("--target=", "--destination=", "--compression", "", "--cache=");
        assertThat(flags.value(SourceFlags.TARGET)).isEmpty();
        assertThat(flags.values(OutputFlags.DESTINATION)).isEmpty();
        assertThat(flags.valueOrDefault(ImageFlags.COMPRESSION)).isEqualTo("gzip");
        assertThat(flags.changed(CacheFlags.CACHE)).isFalse();
    }

    @Test
    void letsTheLastValueWinAndKeepsAllOfARepeatedFlagInOrder() throws Exception {
        assertThat(parse("-f", "a", "--dockerfile=b").value(SourceFlags.DOCKERFILE))
                .contains("b");
        assertThat(parse("-d", "r/a", "--destination=r/b", "-d=r/c").values(OutputFlags.DESTINATION))
                .containsExactly("r/a", "r/b", "r/c");
    }

    @Test
    void takesEverythingUpToTheNextFlagForAPluralOneEachItemOnALine() throws Exception {
        GivenFlags flags = parse("--build-args", "A=1", "B=2\nC=3\n", "--labels=x=y", "--destinations", "r/a", "r/b");
        assertThat(flags.values(SourceFlags.BUILD_ARG)).containsExactly("A=1", "B=2", "C=3");
        assertThat(flags.values(ImageFlags.LABEL)).containsExactly("x=y");
        assertThat(flags.values(OutputFlags.DESTINATION)).containsExactly("r/a", "r/b");
    }

    @Test
    void takesNothingForAPluralFlagWithoutItems() throws Exception {
        GivenFlags flags = parse("--build-args", "--no-push");
        assertThat(flags.values(SourceFlags.BUILD_ARG)).isEmpty();
        assertThat(flags.on(OutputFlags.NO_PUSH)).isTrue();
    }

    @Test
    void warnsOfOldSpellingsAndUsesThem() throws Exception {
        GivenFlags flags = parse("--snapshotMode=redo", "--customPlatform", "linux/arm64", "--tarPath=/t.tar");
        assertThat(flags.value(SourceFlags.PLATFORM)).contains("linux/arm64");
        assertThat(flags.value(OutputFlags.TAR_PATH)).contains("/t.tar");
        assertThat(flags.warnings())
                .containsExactly(
                        "--snapshotMode is deprecated: use --snapshot-mode",
                        "--customPlatform is deprecated: use --custom-platform",
                        "--tarPath is deprecated: use --tar-path");
    }

    @Test
    void hearsTheEnvironmentWhereTheFlagIsSilent() throws Exception {
        Map<String, String> environment = Map.of(
                "KANIKO_NO_PUSH", "true", "KANIKO_DIR", "/k", "SLIPWAY_DIR", "/s", "KANIKO_REGISTRY_MIRROR", "m");
        assertThat(parse(environment).on(OutputFlags.NO_PUSH)).isTrue();
        assertThat(parse(environment, "--no-push=false").on(OutputFlags.NO_PUSH))
                .isFalse();
        assertThat(parse(environment).value(RunFlags.SLIPWAY_DIR)).contains("/s");
        assertThat(parse(environment, "--kaniko-dir=/f").value(RunFlags.SLIPWAY_DIR))
                .contains("/f");
        assertThat(parse(environment, "--registry-mirror=n").values(RegistryFlags.REGISTRY_MIRROR))
                .containsExactly("n", "m");
    }

    @ParameterizedTest
    @CsvSource({
        "--destinaton=x,--destination",
        "--no-psh,--no-push",
        "--buildarg,--build-arg",
        "--insecure-registy=h,--insecure-registry"
    })
    void suggestsTheNearestFlagForAnUnknownOne(String written, String meant) {
        assertThatThrownBy(() -> parse(written))
                .isInstanceOf(UsageException.class)
                .hasMessage("unknown flag \"%s\"; did you mean \"%s\"?".formatted(written.split("=", 2)[0], meant));
    }

    @Test
    void saysWhichFlagLacksItsValue() {
        assertThatThrownBy(() -> parse("--no-push", "--target"))
                .isInstanceOf(UsageException.class)
                .hasMessage("--target: its value is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "context",
                "context-sub-path",
                "bucket",
                "dockerfile",
                "destination",
                "build-arg",
                "target",
                "custom-platform",
                "platform",
                "label",
                "annotation",
                "image-format",
                "no-push",
                "tar-path",
                "oci-layout-path",
                "digest-file",
                "image-name-with-digest-file",
                "image-name-tag-with-digest-file",
                "cache",
                "cache-repo",
                "cache-dir",
                "cache-ttl",
                "cache-copy-layers",
                "cache-run-layers",
                "no-push-cache",
                "compressed-caching",
                "compression",
                "compression-level",
                "snapshot-mode",
                "dryrun",
                "materialize",
                "single-snapshot",
                "reproducible",
                "skip-unused-stages",
                "ignore-path",
                "ignore-var-run",
                "whitelist-var-run",
                "force-build-metadata",
                "cleanup",
                "pre-cleanup",
                "preserve-context",
                "secret",
                "force",
                "kaniko-dir",
                "slipway-dir",
                "git",
                "insecure",
                "insecure-pull",
                "insecure-registry",
                "skip-tls-verify",
                "skip-tls-verify-pull",
                "skip-tls-verify-registry",
                "registry-certificate",
                "registry-client-cert",
                "registry-map",
                "registry-mirror",
                "skip-default-registry-fallback",
                "credential-helpers",
                "push-retry",
                "push-ignore-immutable-tag-errors",
                "skip-push-permission-check",
                "image-fs-extract-retry",
                "image-download-retry",
                "verbosity",
                "log-format",
                "log-timestamp",
                "use-new-run",
                "snapshotMode",
                "customPlatform",
                "tarPath",
                "isolation",
                "ssh",
                "build-context",
                "no-cache",
                "rewrite-timestamp",
                "hostname",
                "add-host",
                "network",
                "ulimit",
                "shm-size",
                "cache-from",
                "cache-to",
                "provenance",
                "sbom",
                "sign",
                "metadata-file",
                "iidfile",
                "report",
                "progress",
                "check",
                "results-dir",
                "dotenv",
                "jobs",
                "explain-cache",
                "context-max-size",
                "build-arg-file",
                "ca-dir",
                "allow",
                "result",
                "tls-verify"
            })
    void knowsEveryFlagOfTheList(String name) throws Exception {
        GivenFlags flags = parse("--" + name + "=x");
        assertThat(flags.given()).hasSize(1);
    }
}
