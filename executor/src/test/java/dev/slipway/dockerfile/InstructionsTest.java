package dev.slipway.dockerfile;

import static dev.slipway.dockerfile.Parsing.body;
import static dev.slipway.dockerfile.Parsing.first;
import static dev.slipway.dockerfile.Parsing.map;
import static dev.slipway.dockerfile.Parsing.parse;
import static dev.slipway.dockerfile.Parsing.refusing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spec: dockerfile.md, ARG, FROM and stages, Metadata, and the flags of RUN, COPY and ADD. */
class InstructionsTest {
    private static final Mount.Ownership NOBODY =
            new Mount.Ownership(OptionalInt.empty(), OptionalLong.empty(), OptionalLong.empty());

    private static Mount mount(String flag, String... variables) throws DockerfileException {
        return first(RunInstruction.class, "RUN --mount=" + flag + " true")
                .mounts(new Expander(map(variables), '\\'))
                .getFirst();
    }

    @Test
    void aBareArgHasNoDefaultAndOneWithEqualsTheEmptyOne() throws DockerfileException {
        assertThat(first(ArgInstruction.class, "ARG A B= C=\"two words\" D='x'").declarations())
                .containsExactly(
                        new ArgDeclaration("A", Optional.empty()),
                        new ArgDeclaration("B", Optional.of("")),
                        new ArgDeclaration("C", Optional.of("\"two words\"")),
                        new ArgDeclaration("D", Optional.of("'x'")));
    }

    @Test
    void argAndHealthcheckNoneDontCheckTheirFlags() throws DockerfileException {
        assertThat(first(ArgInstruction.class, "ARG --odd V=1").declarations()).hasSize(1);
        assertThat(first(HealthCheckInstruction.class, "HEALTHCHECK --interval=5s NONE")
                        .command())
                .isEmpty();
    }

    @Test
    void argumentsAboveTheFirstFromAreGlobal() throws DockerfileException {
        Dockerfile file = parse("ARG A=1", "ARG B", "FROM scratch", "ARG C");
        assertThat(file.globalArgs()).hasSize(2);
        assertThat(file.stages().getFirst().instructions()).hasSize(1);
    }

    @Test
    void stageNamesAreLoweredAndTheLastDuplicateWins() throws DockerfileException {
        Dockerfile file = parse("FROM a AS Build", "FROM b AS a1-b_c.d", "FROM c AS build", "FROM build");
        assertThat(new StageNames(file.stages()).last("build", 3)).hasValue(2);
        assertThat(new StageNames(file.stages()).last("build", 2)).hasValue(0);
        assertThat(new StageNames(file.stages()).last("Build", 3)).isEmpty();

        assertThat(file.stages().get(3).displayName()).isEqualTo("stage-3");
    }

    @Test
    void allStagesAreCheckedForSyntax() {
        refusing("FROM scratch AS unused", "FROBNICATE", "FROM scratch").hasMessageContaining("FROBNICATE");
    }

    @Test
    void fromIsExpandedWithItsPlatform() throws DockerfileException {
        FromInstruction from =
                parse("FROM --platform=linux/$A ${B}:x").stages().getFirst().from();
        FromInstruction expanded = from.expand(new Expander(map("A", "arm64", "B", "busybox"), '\\'));
        assertThat(expanded.image()).isEqualTo("busybox:x");
        assertThat(expanded.platform()).contains("linux/arm64");
    }

    @Test
    void aBaseThatExpandsToNothingIsRefused() throws DockerfileException {
        FromInstruction from = parse("FROM $BASE").stages().getFirst().from();
        assertThatThrownBy(() -> from.expand(new Expander(map(), '\\'))).hasMessageContaining("$BASE");
    }

    @Test
    void exposedPortsAreSortedRangesWithSmallProtocols() throws DockerfileException {
        assertThat(ports("EXPOSE 7000-7001 53/UDP 8080:80 127.0.0.1:90:91/sctp [::1]:70:71 0 65535 5-5/"))
                .containsExactly(
                        "0/tcp", "5/tcp", "53/udp", "65535/tcp", "7000/tcp", "7001/tcp", "71/tcp", "80/tcp", "91/sctp");
    }

    private static List<String> ports(String line) throws DockerfileException {
        return first(ExposeInstruction.class, line)
                .expand(new Expander(map(), '\\'))
                .ports();
    }

    @Test
    void healthcheckDurationsAreGosAndAtLeastAMillisecond() throws DockerfileException {
        HealthCheckInstruction check = first(
                HealthCheckInstruction.class,
                "HEALTHCHECK --interval=1m30s --timeout=1000us --start-period=.5h --start-interval=1.5s --retries=7"
                        + " CMD a b");
        assertThat(check.interval()).isEqualTo(Duration.ofSeconds(90));
        assertThat(check.timeout()).isEqualTo(Duration.ofMillis(1));
        assertThat(check.startPeriod()).isEqualTo(Duration.ofMinutes(30));
        assertThat(check.startInterval()).isEqualTo(Duration.ofMillis(1500));
        assertThat(check.retries()).isEqualTo(7);
        assertThat(check.command()).contains(new CommandLine.ShellForm("a b"));
        assertThat(first(HealthCheckInstruction.class, "HEALTHCHECK --interval=0 CMD x")
                        .interval())
                .isZero();
        for (String bad : List.of("999us", "1", "x", "-1s", "1y", "1s1", "", " ", "99999999h")) {
            if (!bad.isBlank()) {
                refusing("FROM scratch", "HEALTHCHECK --timeout=" + bad + " CMD x")
                        .hasMessageContaining("--timeout=" + bad);
            }
        }
    }

    @Test
    void flagsBehindCmdBelongToTheCommand() throws DockerfileException {
        assertThat(first(HealthCheckInstruction.class, "HEALTHCHECK cmd --interval=5s x")
                        .command())
                .contains(new CommandLine.ShellForm("--interval=5s x"));
    }

    @Test
    void stopSignalIsAKnownSignalOrANumber() throws DockerfileException {
        Expander expander = new Expander(map(), '\\');
        for (String signal : List.of("SIGTERM", "term", "9", "SIGRTMIN+3", "rtmax-14", "sigquit")) {
            assertThat(first(StopSignalInstruction.class, "STOPSIGNAL " + signal)
                            .expand(expander)
                            .signal())
                    .isEqualTo(signal);
        }
        for (String signal : List.of("0", "SIGNOPE", "SIGRTMIN+16", "SIGSIGTERM", "''")) {
            StopSignalInstruction stop = first(StopSignalInstruction.class, "STOPSIGNAL " + signal);
            assertThatThrownBy(() -> stop.expand(expander)).hasMessageContaining("is no signal");
        }
    }

    @Test
    void shellMustBeJson() throws DockerfileException {
        assertThat(first(ShellInstruction.class, "SHELL [\"a\", \"b\"]").shell())
                .containsExactly("a", "b");
        refusing("FROM scratch", "SHELL a b").hasMessageContaining("JSON");
    }

    @Test
    void aTriggerIsStoredAsWritten() throws DockerfileException {
        assertThat(first(OnBuildInstruction.class, "onbuild   RUN   a   \\", "   b")
                        .trigger())
                .isEqualTo("RUN   a      b");
        assertThat(first(OnBuildInstruction.class, "ONBUILD FROBNICATE it").trigger())
                .isEqualTo("FROBNICATE it");
        assertThatThrownBy(() -> Dockerfile.parseTrigger("ONBUILD of x", "FROBNICATE it"))
                .isInstanceOf(DockerfileException.class)
                .hasMessageContaining("ONBUILD of x:1")
                .hasMessageContaining("FROBNICATE");
        assertThatThrownBy(() -> Dockerfile.parseTrigger("x", "COPY one.txt")).hasMessageContaining("COPY");
        assertThatThrownBy(() -> Dockerfile.parseTrigger("x", "FROM a")).hasMessageContaining("FROM");
        assertThatThrownBy(() -> Dockerfile.parseTrigger("x", "RUN a\nRUN b")).hasMessageContaining("2 instructions");
    }

    @Test
    void maintainerAndVolumeKeepTheirText() throws DockerfileException {
        assertThat(first(MaintainerInstruction.class, "MAINTAINER Jane <j@x>  ").maintainer())
                .isEqualTo("Jane <j@x>");
        assertThat(first(VolumeInstruction.class, "VOLUME data /x/../y [").paths())
                .containsExactly("data", "/x/../y", "[");
    }

    @Test
    void addKnowsItsFlags() throws DockerfileException {
        AddInstruction add = first(
                AddInstruction.class,
                "ADD --unpack=false --keep-git-dir --link=TRUE --checksum=sha256:aa --exclude=x a /b");
        assertThat(add.unpack()).contains(false);
        assertThat(add.keepGitDir()).contains(true);
        assertThat(add.link()).isTrue();
        assertThat(add.checksum()).contains("sha256:aa");
        assertThat(first(AddInstruction.class, "ADD a /b").unpack()).isEmpty();
    }

    @Test
    void sourcesOfAddAreLocalHttpOrGit() {
        assertThat(List.of("a", "./a.git", "git", "dir/git@x", "http:/x"))
                .allMatch(one -> SourceKind.of(one) == SourceKind.LOCAL);
        assertThat(List.of("http://h/x", "https://h/r.git/x", "https://h/x?y=.git"))
                .allMatch(one -> SourceKind.of(one) == SourceKind.HTTP);
        assertThat(List.of(
                        "https://h/r.git",
                        "https://h/r.git#main:sub",
                        "https://h/r.git?ref=a",
                        "git@h:o/r",
                        "ssh://h/r",
                        "git://h/r"))
                .allMatch(one -> SourceKind.of(one) == SourceKind.GIT);
    }

    @Test
    void modesAreOctalOrSymbolic() {
        assertThat(mode("0755", 0644, false)).isEqualTo(0755);
        assertThat(mode("u+x,go=rX", 0640, false)).isEqualTo(0744 | 0011);
        assertThat(mode("go=rX", 0640, false)).isEqualTo(0644);
        assertThat(mode("a+X", 0640, true)).isEqualTo(0751);
        assertThat(mode("u-s,+t", 04755, false)).isEqualTo(01755);
        assertThat(mode("g=u", 0640, false)).isEqualTo(0660);
        assertThat(mode("o+t", 0644, true)).isEqualTo(0644);
        assertThat(mode("g+s,o+t", 0644, true)).isEqualTo(02644);
        assertThat(mode("o=t", 0644, false)).isEqualTo(0640);
        assertThat(mode("u-w,+t,=r", 0644, false)).isEqualTo(01444);
        assertThat(mode("g+t", 0644, false)).isEqualTo(01644);
        assertThat(mode("u+rw-x", 0100, false)).isEqualTo(0600);
        assertThat(mode("a=", 0777, false)).isZero();
        assertThat(List.of("17777", "rwx", "8", "u", "u+q", "", "u+x,", "-1"))
                .allMatch(one -> FileMode.parse(one).isEmpty());
    }

    private static int mode(String text, int before, boolean directory) {
        return FileMode.parse(text).orElseThrow().apply(before, directory);
    }

    @Test
    void mountKeysHaveAliasesInAnyCaseAndValuesAreExpanded() throws DockerfileException {
        Mount.Bind expected = new Mount.Bind(Optional.of("/c"), "sub", Optional.of("s"), false);
        assertThat(mount("TYPE=Bind,Target=/c,source=sub,from=s,rw")).isEqualTo(expected);
        assertThat(mount("dst=$D,src=sub,from=s,ro=false", "D", "/c")).isEqualTo(expected);
        assertThat(mount("\"destination=/c,src=sub,from=s,readwrite=1\"")).isEqualTo(expected);
        assertThat(mount("'type=bind,\"source=x,y.txt\",target=/c'"))
                .isEqualTo(new Mount.Bind(Optional.of("/c"), "x,y.txt", Optional.empty(), true));
    }

    @Test
    void aCacheIsNamedByItsCleanedTarget() throws DockerfileException {
        assertThat(mount("type=cache,target=/a/./b/,sharing=LOCKED,uid=1000,gid=2000,mode=0700"))
                .isEqualTo(new Mount.Cache(
                        Optional.of("/a/./b/"),
                        "/a/b",
                        Optional.empty(),
                        "",
                        Mount.Sharing.LOCKED,
                        false,
                        new Mount.Ownership(OptionalInt.of(0700), OptionalLong.of(1000), OptionalLong.of(2000))));
        assertThat(mount("type=cache,target=/a,id=x,ro"))
                .isEqualTo(new Mount.Cache(
                        Optional.of("/a"), "x", Optional.empty(), "", Mount.Sharing.SHARED, true, NOBODY));
    }

    @Test
    void aTmpfsHasASize() throws DockerfileException {
        assertThat(mount("type=tmpfs,target=/t,size=64k")).isEqualTo(new Mount.Tmpfs(Optional.of("/t"), 65_536, false));
        assertThat(mount("type=tmpfs,target=/t,size=1.5GiB"))
                .isEqualTo(new Mount.Tmpfs(Optional.of("/t"), 1_610_612_736, false));
        assertThat(mount("type=tmpfs,target=/t")).isEqualTo(new Mount.Tmpfs(Optional.of("/t"), 0, false));
        assertThat(mount("type=tmpfs,target=/t,ro")).isEqualTo(new Mount.Tmpfs(Optional.of("/t"), 0, true));
    }

    @Test
    void aSecretIsAFileUnlessOnlyAVariableIsAskedFor() throws DockerfileException {
        assertThat(mount("type=secret,id=a/b/tok"))
                .isEqualTo(
                        new Mount.Secret(Optional.of("/run/secrets/tok"), "a/b/tok", Optional.empty(), false, NOBODY));
        assertThat(mount("type=secret,src=tok,env=T,required"))
                .isEqualTo(new Mount.Secret(Optional.empty(), "tok", Optional.of("T"), true, NOBODY));
        assertThat(mount("type=secret,target=/x/tok2,required=false"))
                .isEqualTo(new Mount.Secret(Optional.of("/x/tok2"), "tok2", Optional.empty(), false, NOBODY));
        assertThat(mount("type=ssh")).isEqualTo(new Mount.Ssh(Optional.empty(), "default", false, NOBODY));
    }

    @Test
    void runTakesNetworkAndSecurity() throws DockerfileException {
        RunInstruction run = first(RunInstruction.class, "RUN --network=none --security=insecure true");
        assertThat(run.network()).isEqualTo(RunInstruction.Network.NONE);
        assertThat(run.security()).isEqualTo(RunInstruction.Security.INSECURE);
    }

    @Test
    void instructionsNeverChange() throws DockerfileException {
        assertThatThrownBy(() -> body("ENV A=1").add(body("ENV B=2").getFirst()))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "[::1]", "::1", "[]", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4"})
    void theAddressInFrontOfAPortIsOne(String address) throws DockerfileException {
        assertThat(PortSpec.parse(source(), address + ":8080:80").hasHostPart()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "256.0.0.1",
                "1.2.3",
                "01.2.3.4",
                "[fe80::1%eth0]",
                "[::1",
                "::1]",
                "1:2:3",
                "1::2::3",
                "80",
                "1:2:3:4:5:6:7:8:9",
                "1.2.3.4:1:2:3:4:5:6",
                "::1:2:3:4:5:6:7:8"
            })
    void anAddressThatIsNoneIsRefused(String address) {
        assertThatThrownBy(() -> PortSpec.parse(source(), address + ":8080:80")).hasMessageContaining("no IP address");
    }

    private static InstructionSource source() throws DockerfileException {
        return parse("FROM scratch").stages().getFirst().from().source();
    }
}
