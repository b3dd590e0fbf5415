package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.build.BuildRequest;
import dev.slipway.build.BuildRequest.SecretSource;
import dev.slipway.build.DockerfileSource;
import dev.slipway.posix.PathBytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFromFlagsTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("TOKEN", "t", "HOME", "/root");

    @TempDir
    Path directory;

    private BuildRequest request(String... arguments) throws UsageException {
        GivenFlags flags = new FlagParser(FlagTable.flags(FlagTable.BUILD)).parse(List.of(arguments), ENVIRONMENT);
        return new RequestFromFlags(flags, directory).request(directory);
    }

    @Test
    void withoutFlagsEverythingIsAsKanikoHasIt() throws Exception {
        BuildRequest request = request();
        assertThat(request.dockerfile()).isEqualTo(new DockerfileSource.AtPath("Dockerfile"));
        assertThat(request.layers()).isEqualTo(BuildRequest.LayerOptions.DEFAULT);
        assertThat(request.commands()).isEqualTo(BuildRequest.CommandOptions.DEFAULT);
        assertThat(request.targets()).isEmpty();
        assertThat(request.platform()).isEmpty();
    }

    @Test
    void takesABuildArgumentsValueFromTheEnvironmentWhereNoneIsWritten() throws Exception {
        assertThat(request("--build-arg=TOKEN", "--build-arg=A=", "--build-arg=UNSET")
                        .buildArguments())
                .containsExactlyInAnyOrderEntriesOf(Map.of("TOKEN", "t", "A", ""));
    }

    @Test
    void readsBuildArgumentsFromAFileAndLetsTheFlagWin() throws Exception {
        Files.writeString(directory.resolve("args"), "# versions\nA=1\n\nB=2\n");
        assertThat(request("--build-arg-file=args", "--build-arg=B=3").buildArguments())
                .containsExactlyInAnyOrderEntriesOf(Map.of("A", "1", "B", "3"));
    }

    @Test
    void saysWhyABuildArgumentFileCannotBeRead() {
        assertThatThrownBy(() -> request("--build-arg-file=none"))
                .hasMessage("--build-arg-file \"none\" can't be read: no such file");
    }

    @Test
    void readsSecretsAsBuildxDoes() throws Exception {
        assertThat(request("--secret=id=TOKEN", "--secret=id=file", "--secret=id=a,src=b", "--secret=id=c,env=HOME")
                        .secrets())
                .containsExactly(
                        new SecretSource.OfVariable("TOKEN", "TOKEN"),
                        new SecretSource.OfFile("file", directory.resolve("file")),
                        new SecretSource.OfFile("a", directory.resolve("b")),
                        new SecretSource.OfVariable("c", "HOME"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"src=a", "id=a,type=odd", "id=a,colour=red", "id=a,src=b,env=c", "a"})
    void refusesSecretsThatSayTooLittleOrTooMuch(String secret) {
        assertThatThrownBy(() -> request("--secret=" + secret))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--secret \"" + secret + "\": write id=ID");
    }

    @Test
    void refusesASecretGivenTwice() {
        assertThatThrownBy(() -> request("--secret=id=a,src=x", "--secret=id=a,src=y"))
                .hasMessage("--secret id \"a\" is given twice");
    }

    @Test
    void takesTargetsRepeatedAndPartedByCommas() throws Exception {
        BuildRequest request = request("--target=a, b", "--target=c", "--target=a");
        assertThat(request.targets()).containsExactly("a", "b", "c");
        assertThat(request.target()).contains("a");
    }

    @Test
    void readsHostsWithAddressesThatHoldColons() throws Exception {
        assertThat(request("--add-host=db:10.0.0.1", "--add-host=six=::1")
                        .commands()
                        .addedHosts())
                .containsExactlyInAnyOrderEntriesOf(Map.of("db", "10.0.0.1", "six", "::1"));
    }

    @Test
    void leavesOutVarRunOnlyWhereSomebodyAsksForIt() throws Exception {
        assertThat(request("--ignore-path=/opt/a/").layers().ignoredPaths()).containsExactly(PathBytes.of("opt/a"));
        assertThat(request("--ignore-var-run").layers().ignoredPaths()).containsExactly(PathBytes.of("var/run"));
        assertThat(request("--whitelist-var-run=false").layers().ignoredPaths()).isEmpty();
        assertThat(request("--ignore-path=./a/../b", "--ignore-path=/c/./d")
                        .layers()
                        .ignoredPaths())
                .containsExactly(PathBytes.of("b"), PathBytes.of("c/d"));
        for (String root : List.of("/", ".", "/a/..")) {
            assertThatThrownBy(() -> request("--ignore-path=" + root))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("--ignore-path \"" + root + "\"");
        }
    }

    @Test
    void readsSizesInStepsOf1024() throws Exception {
        assertThat(ByteCount.parse(SourceFlags.CONTEXT_MAX_SIZE, "1.5k")).isEqualTo(1536);
        assertThat(ByteCount.parse(SourceFlags.CONTEXT_MAX_SIZE, "2GiB")).isEqualTo(2L << 30);
        assertThat(ByteCount.parse(SourceFlags.CONTEXT_MAX_SIZE, "500 MB")).isEqualTo(500L << 20);
        assertThatThrownBy(() -> ByteCount.parse(SourceFlags.CONTEXT_MAX_SIZE, "much"))
                .hasMessage("--context-max-size \"much\": write a size such as 500MB or 2g");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--compression=lzma",
                "--image-format=squashfs",
                "--network=bridge",
                "--label=x",
                "--jobs=0",
                "--jobs=many",
                "--add-host=x"
            })
    void refusesValuesThatCannotBe(String argument) {
        assertThatThrownBy(() -> request(argument))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(argument.split("=", 2)[0]);
    }
}
