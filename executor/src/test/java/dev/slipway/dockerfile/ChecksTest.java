package dev.slipway.dockerfile;

import static dev.slipway.dockerfile.Parsing.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Spec: dockerfile.md, Build checks. */
class ChecksTest {
    static CheckInputs inputs(Optional<String> target) {
        return inputs(target, Map.of(), DockerIgnore.none());
    }

    private static CheckInputs inputs(Optional<String> target, Map<String, String> arguments, DockerIgnore ignore) {
        return new CheckInputs(
                arguments,
                PredefinedArguments.of("linux/amd64", "linux/amd64", "default"),
                target.stream().toList(),
                false,
                ignore,
                new Images());
    }

    /** One image under all names; what differs is in the name. */
    private static final class Images implements CheckInputs.BaseImages {
        @Override
        public Optional<CheckInputs.BaseImage> find(String reference, Optional<String> platform) {
            return reference.equals("unknown")
                    ? Optional.empty()
                    : Optional.of(new CheckInputs.BaseImage(
                            "linux/amd64",
                            Map.of("BASE", "x"),
                            reference.equals("shelled"),
                            reference.equals("triggered") ? List.of("CMD fired", "ARG FROM_BASE") : List.of()));
        }

        @Override
        public Optional<String> platform(String word) {
            return word.equals("foo")
                    ? Optional.empty()
                    : Optional.of(word.equals("x86_64") || word.equals("linux") ? "linux/amd64" : word);
        }

        @Override
        public boolean isContext(String name) {
            return name.equals("elsewhere") || name.equals("UNUSUAL");
        }
    }

    private static Optional<String> refusal(String target, String... lines) throws DockerfileException {
        return Checks.run(parse(lines), inputs(Optional.of(target).filter(name -> !name.isEmpty())))
                .refusal()
                .map(DockerfileException::problem);
    }

    private static List<String> findings(String... lines) throws DockerfileException {
        return lines(Checks.run(parse(lines), inputs(Optional.empty())));
    }

    private static List<String> lines(Checks.Result result) {
        return result.findings().stream()
                .map(finding -> finding.line() + " " + finding.rule().id())
                .toList();
    }

    @Test
    void casesOfNamesAndKeywords() throws DockerfileException {
        assertThat(findings("FROM a AS Tools")).containsExactly("1 StageNameCasing");
        assertThat(findings("FROM a as tools")).containsExactly("1 FromAsCasing");
        assertThat(findings("from a as tools", "run true")).isEmpty();
        assertThat(findings("from a", "run b", "LABEL a=b")).containsExactly("3 ConsistentInstructionCasing");
        assertThat(findings("FROM a", "Run b")).containsExactly("2 ConsistentInstructionCasing");
        assertThat(findings("FROM a", "ONBUILD run true")).isEmpty();
    }

    @Test
    void namesOfStages() throws DockerfileException {
        assertThat(findings("FROM a AS b", "FROM a AS B")).containsExactly("2 StageNameCasing", "2 DuplicateStageName");
        assertThat(findings("FROM a AS scratch")).containsExactly("1 ReservedStageName");
    }

    @Test
    void formsThatAreOld() throws DockerfileException {
        assertThat(findings("FROM a", "MAINTAINER x")).containsExactly("2 MaintainerDeprecated");
        assertThat(findings("FROM a", "ENV a b", "LABEL c d"))
                .containsExactly("2 LegacyKeyValueFormat", "3 LegacyKeyValueFormat");
        assertThat(findings("FROM a", "RUN a && \\", "", "  b")).containsExactly("4 NoEmptyContinuation");
    }

    @Test
    void shellFormsUnlessAShellIsSet() throws DockerfileException {
        assertThat(findings("FROM a", "CMD x", "ENTRYPOINT y"))
                .containsExactly("2 JSONArgsRecommended", "3 JSONArgsRecommended");
        assertThat(findings("FROM a", "SHELL [\"x\"]", "CMD x")).isEmpty();
        assertThat(findings("FROM shelled", "CMD x")).isEmpty();
    }

    @Test
    void instructionsThatOnlyCountOnce() throws DockerfileException {
        assertThat(findings("FROM a", "CMD [\"a\"]", "CMD [\"b\"]", "CMD [\"c\"]"))
                .containsExactly("2 MultipleInstructionsDisallowed", "3 MultipleInstructionsDisallowed");
        assertThat(findings("FROM triggered", "CMD [\"b\"]"))
                .containsExactly("1 JSONArgsRecommended", "1 MultipleInstructionsDisallowed");
    }

    @Test
    void variablesThatNobodyDefined() throws DockerfileException {
        assertThat(findings("FROM a", "LABEL v=$X")).containsExactly("2 UndefinedVar");
        assertThat(findings("FROM a", "ARG X", "LABEL v=$X w=$BASE p=$PATH s='$Y'"))
                .isEmpty();
        assertThat(findings("FROM unknown", "LABEL v=$X")).isEmpty();
        assertThat(findings("FROM a AS b", "ARG X=1", "FROM b", "LABEL v=$X")).isEmpty();
        assertThat(findings("FROM a", "COPY <<E /x", "$X", "E")).containsExactly("2 UndefinedVar");
        assertThat(findings("FROM triggered", "LABEL v=$FROM_BASE")).containsExactly("1 JSONArgsRecommended");
        assertThat(findings("FROM a", "ARG Y=$X")).containsExactly("2 UndefinedVar");
        assertThat(findings("FROM a", "EXPOSE $X ${X:-80}", "ENV s=$BUILDKIT_SBOM_SCAN_STAGE"))
                .isEmpty();
    }

    @Test
    void eachWordTellsOnceOfAVariableThatNobodyDefined() throws DockerfileException {
        assertThat(findings("FROM a", "COPY $X$X $X/")).containsExactly("2 UndefinedVar", "2 UndefinedVar");
        Dockerfile file = parse("FROM a", "LABEL a=$X b=$X");
        assertThat(Checks.run(file, inputs(Optional.empty())).findings().stream()
                        .map(finding -> finding.mark().startColumn()))
                .containsExactly(9, 14);
    }

    @Test
    void triggersFireOnlyWhereABuildNeedsTheStage() throws DockerfileException {
        assertThat(findings("FROM a AS p", "ONBUILD LABEL a b", "FROM p", "FROM p AS r", "FROM r"))
                .containsExactly("4 LegacyKeyValueFormat");
    }

    @Test
    void argumentsAndPlatformsOfFrom() throws DockerfileException {
        assertThat(findings("FROM a$X")).containsExactly("1 UndefinedArgInFrom");
        assertThat(findings("ARG X", "FROM a$X")).isEmpty();
        assertThat(findings("ARG T", "FROM a:$T").getFirst()).isEqualTo("2 InvalidDefaultArgInFrom");
        assertThat(findings("FROM --platform=$TARGETPLATFORM a")).containsExactly("1 RedundantTargetPlatform");
        assertThat(findings("FROM --platform=$BUILDPLATFORM a")).isEmpty();
        assertThat(findings("FROM --platform=linux/amd64 a")).containsExactly("1 FromPlatformFlagConstDisallowed");
        assertThat(findings("FROM --platform=linux/amd64 a AS b-amd64")).isEmpty();
        assertThat(findings("FROM --platform=linux/arm64 a AS arm64")).containsExactly("1 InvalidBaseImagePlatform");
        assertThat(findings("FROM --platform=x86_64 a AS amd64", "FROM --platform=linux a AS b-amd64"))
                .isEmpty();
        assertThat(findings("FROM --platform=x86_64 a AS x86_64")).containsExactly("1 FromPlatformFlagConstDisallowed");
        assertThat(lines(Checks.run(
                        parse("FROM --platform=$TARGETPLATFORM a$TARGETARCH"),
                        inputs(
                                Optional.empty(),
                                Map.of("TARGETARCH", "", "TARGETPLATFORM", "x86_64"),
                                DockerIgnore.none()))))
                .containsExactly("1 RedundantTargetPlatform");
    }

    @Test
    void stagesAndImagesThatCanNotBeAreRefused() throws DockerfileException {
        assertThat(refusal("", "FROM BUSYBOX")).contains("FROM BUSYBOX is no image name");
        assertThat(refusal("", "ARG T", "FROM a:$T")).contains("FROM a: (a:$T) is no image name");
        assertThat(refusal("", "FROM a AS b", "FROM B")).contains("FROM B is no image name");
        assertThat(refusal("c", "FROM A AS b", "FROM a AS c")).contains("FROM A is no image name");
        assertThat(refusal("", "FROM --platform=foo a")).contains("FROM --platform=foo is no platform");
        assertThat(refusal("", "FROM a AS p", "FROM a", "COPY --from=2 / /"))
                .get()
                .asString()
                .contains("no such stage");
        assertThat(refusal("", "FROM a", "COPY --from=-1 / /")).get().asString().contains("no such stage");
        assertThat(refusal("", "FROM a", "COPY --from=a$ / /")).get().asString().contains("neither a stage nor");
        assertThat(refusal("", "FROM a", "RUN --mount=from=A!,target=/x y"))
                .get()
                .asString()
                .contains("neither a stage");
        assertThat(refusal("", "FROM a AS b", "COPY --from=B / /"))
                .get()
                .asString()
                .contains("belongs to");
        assertThat(refusal("", "FROM a AS b", "COPY --from=1 / /", "FROM a"))
                .get()
                .asString()
                .contains("on line 3");
        assertThat(refusal("", "FROM a AS b", "RUN --mount=from=c,target=/x y", "FROM a AS c"))
                .isPresent();
    }

    @Test
    void whatNoBuildNeedsOrAContextReplacesIsNotRefused() throws DockerfileException {
        assertThat(refusal("c", "FROM a AS b", "COPY --from=c / /", "FROM a AS c"))
                .isEmpty();
        assertThat(refusal("", "FROM A AS elsewhere", "FROM a")).isEmpty();
        assertThat(refusal("", "FROM a", "COPY --from=UNUSUAL / /", "COPY --from=scratch / /"))
                .isEmpty();
        assertThat(refusal("", "FROM a AS p", "FROM a", "COPY --from=0 / /", "RUN --mount=from=0,target=/x y"))
                .isEmpty();
    }

    @Test
    void namesThatSoundLikeSecrets() throws DockerfileException {
        assertThat(findings(
                        "ARG TOKEN",
                        "FROM a",
                        "ARG API_KEY",
                        "ENV PASSWORD_FILE=x PUBLIC_KEY=y KEYBOARD=z AUTH_VERSION=1"))
                .containsExactly("3 SecretsUsedInArgOrEnv");
    }

    @Test
    void relativeDirectoriesAndPorts() throws DockerfileException {
        assertThat(findings("FROM a", "WORKDIR b", "WORKDIR c")).containsExactly("2 WorkdirRelativePath");
        assertThat(findings("FROM a AS p", "WORKDIR /b", "FROM p", "WORKDIR c")).isEmpty();
        assertThat(findings("FROM a", "EXPOSE ::80 80")).isEmpty();
        assertThat(findings("FROM a", "EXPOSE 80/TCP 8080:80"))
                .containsExactly("2 ExposeProtoCasing", "2 ExposeInvalidFormat");
    }

    @Test
    void experimentalRulesWaitForTheirDirective() throws DockerfileException {
        DockerIgnore ignore = DockerIgnore.parse(".dockerignore", Parsing.bytes("*.log"));
        CheckInputs inputs = inputs(Optional.empty(), Map.of(), ignore);
        assertThat(lines(Checks.run(parse("FROM a", "COPY a.log /"), inputs))).isEmpty();
        assertThat(lines(Checks.run(parse("# check=experimental=CopyIgnoredFile", "FROM a", "COPY a.log /"), inputs)))
                .containsExactly("3 CopyIgnoredFile");
        assertThat(findings("# check=experimental=all", "# X the x", "ARG X", "# y", "", "FROM a AS b", "# z", "ARG Y"))
                .containsExactly("6 InvalidDefinitionDescription", "8 InvalidDefinitionDescription");
        assertThat(findings("# check=experimental=all", "# y", "#", "FROM a AS b", "# ARG", "# check=skip=X", "ARG Y"))
                .containsExactly("7 InvalidDefinitionDescription");
    }

    @Test
    void skippingDoesNotMeanWhatWasAskedForByName() throws DockerfileException {
        CheckInputs inputs =
                inputs(Optional.empty(), Map.of(), DockerIgnore.parse(".dockerignore", Parsing.bytes("*.log")));
        for (String options : List.of(
                "skip=all;experimental=CopyIgnoredFile", "skip=CopyIgnoredFile;experimental=all", "experimental=all")) {
            assertThat(lines(Checks.run(parse("# check=" + options, "FROM a", "COPY a.log /"), inputs)))
                    .containsExactly("3 CopyIgnoredFile");
        }
    }

    @Test
    void sourcesThatAreIgnored() throws DockerfileException {
        assertThat(ignored("*.log", "a.log", "./a.log", "x/../a.log", "/a.log", "b/a.log", "."))
                .containsExactly("a.log", "./a.log", "x/../a.log");
        assertThat(ignored("**/*.log", "b/a.log", "/a.log", ".", "/")).containsExactly("b/a.log", "/a.log");
        assertThat(ignored("x", "x", "x/y", "/x/y")).containsExactly("x", "x/y");
        assertThat(ignored(".*", ".", "./", ".git")).containsExactly(".git");
        assertThat(ignored("*", ".", "/", "a", "/a")).containsExactly(".", "/", "a", "/a");
        assertThat(ignored("*\n!a", ".", "b")).isEmpty();
    }

    private static List<String> ignored(String patterns, String... sources) throws DockerfileException {
        CheckInputs inputs =
                inputs(Optional.empty(), Map.of(), DockerIgnore.parse(".dockerignore", Parsing.bytes(patterns)));
        List<String> ignored = new ArrayList<>();
        for (String source : sources) {
            Dockerfile file = parse("# check=experimental=all", "FROM a", "COPY " + source + " /d/");
            if (!Checks.run(file, inputs).findings().isEmpty()) {
                ignored.add(source);
            }
        }
        return ignored;
    }

    @Test
    void rulesAreSkippedForTheFileOrForOneInstruction() throws DockerfileException {
        assertThat(findings("# check=skip=JSONArgsRecommended,StageNameCasing", "FROM a AS B", "CMD x"))
                .isEmpty();
        assertThat(findings("# check=skip=JSONArgsRecommended, StageNameCasing", "FROM a AS B", "CMD x"))
                .containsExactly("2 StageNameCasing");
        assertThat(findings("# check=skip=all because", "FROM a AS B", "CMD x")).isEmpty();
        assertThat(findings("# check=skip=all", "FROM a", "CMD x")).isEmpty();
        assertThat(findings("FROM a", "# check=skip=JSONArgsRecommended", "CMD x"))
                .isEmpty();
        assertThat(findings("FROM a", "# check=skip=JSONArgsRecommended", "", "CMD x"))
                .isEmpty();
        assertThat(findings("FROM a", "# check=skip=JSONArgsRecommended", "#", "CMD x"))
                .containsExactly("4 JSONArgsRecommended");
        assertThat(findings("FROM a", "# check=nonsense", "# check=skip=all", "CMD x"))
                .containsExactly("4 JSONArgsRecommended");
    }

    @Test
    void oneInstructionSkipsNothingThatIsAboutTheFile() throws DockerfileException {
        assertThat(findings("FROM a", "# check=skip=all", "run x")).containsExactly("3 ConsistentInstructionCasing");
        assertThat(findings("FROM a AS b", "# check=skip=all", "FROM a AS b")).containsExactly("3 DuplicateStageName");
        assertThat(findings("FROM a", "# check=skip=all", "RUN a \\", "", "b"))
                .containsExactly("5 NoEmptyContinuation");
    }

    @Test
    void theInstructionThatReplacesAnEarlierOneMaySkipIt() throws DockerfileException {
        assertThat(findings("FROM a", "CMD [\"a\"]", "# check=skip=MultipleInstructionsDisallowed", "CMD [\"b\"]"))
                .isEmpty();
        assertThat(findings("FROM a", "# check=skip=MultipleInstructionsDisallowed", "CMD [\"a\"]", "CMD [\"b\"]"))
                .containsExactly("3 MultipleInstructionsDisallowed");
    }

    @Test
    void theDirectiveStandsInColumnOneAndMayFollowAShebang() throws DockerfileException {
        assertThat(findings(" # check=skip=all", "FROM a", "CMD x")).containsExactly("3 JSONArgsRecommended");
        assertThat(findings("#!/usr/bin/env x", "# escape=`", "# check=skip=all", "FROM a", "CMD x"))
                .isEmpty();
    }

    @Test
    void ofAnOptionThatIsGivenTwiceTheLastCounts() throws DockerfileException {
        assertThat(findings("# check=skip=JSONArgsRecommended;skip=StageNameCasing", "FROM a AS B", "CMD x"))
                .containsExactly("3 JSONArgsRecommended");
        assertThat(findings("# check=skip=all;skip=X", "FROM a AS B", "CMD x")).isEmpty();
        assertThat(Checks.run(parse("# check=error=true;error=false", "FROM a", "CMD x"), inputs(Optional.empty()))
                        .failing())
                .isFalse();
    }

    @Test
    void findingsFailOnlyIfTheFileSaysSo() throws DockerfileException {
        assertThat(Checks.run(parse("# check=error=true", "FROM a", "CMD x"), inputs(Optional.empty()))
                        .failing())
                .isTrue();
        assertThat(Checks.run(parse("# check=error=true", "FROM a"), inputs(Optional.empty()))
                        .failing())
                .isFalse();
        assertThat(Checks.run(parse("FROM a", "CMD x"), inputs(Optional.empty()))
                        .failing())
                .isFalse();
    }

    @Test
    void theBuildArgumentReplacesTheDirective() throws DockerfileException {
        CheckInputs inputs = inputs(
                Optional.empty(), Map.of("BUILDKIT_DOCKERFILE_CHECK", "skip=StageNameCasing"), DockerIgnore.none());
        assertThat(lines(Checks.run(parse("# check=skip=all", "FROM a AS B", "CMD x"), inputs)))
                .containsExactly("3 JSONArgsRecommended");
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        for (String options : List.of("nonsense", "colour=blue", "error=perhaps", "skip=all;")) {
            assertThatThrownBy(() -> Checks.run(parse("# check=" + options, "FROM a"), inputs(Optional.empty())))
                    .isInstanceOf(DockerfileException.class)
                    .hasMessageContaining(options);
        }
    }

    @Test
    void withATargetOnlyTheStagesThatItNeedsAreCheckedByValue() throws DockerfileException {
        Dockerfile file = parse("FROM a AS b", "CMD x", "FROM a AS c", "CMD y", "FROM a AS d", "COPY --from=b / /");
        assertThat(lines(Checks.run(file, inputs(Optional.of("d"))))).containsExactly("2 JSONArgsRecommended");
        assertThat(lines(Checks.run(file, inputs(Optional.empty())))).hasSize(2);
    }

    @Test
    void aFileThatCantBeExpandedIsRefusedBesideItsFindings() throws DockerfileException {
        Checks.Result result = Checks.run(parse("FROM --platform=$WHERE a"), inputs(Optional.empty()));
        assertThat(lines(result)).containsExactly("1 UndefinedArgInFrom");
        assertThat(result.refusal()).isPresent();
    }

    @Test
    void aFindingPointsAtTheWordsThatItIsAbout() throws DockerfileException {
        Dockerfile file = parse("FROM a as Tools", "ENV X=1 \\", "  API_TOKEN=2", "LABEL a=$VERSION", "EXPOSE 80/TCP");
        assertThat(Checks.run(file, inputs(Optional.empty())).findings().stream()
                        .map(finding -> finding.line() + ": "
                                + finding.quoted(file.file()).lines().skip(1).toList()))
                .containsExactly(
                        "1: [ 1 | FROM a as Tools,    |           ^^^^^]",
                        "1: [ 1 | FROM a as Tools,    |        ^^]",
                        "2: [ 3 |   API_TOKEN=2,    |   ^^^^^^^^^]",
                        "4: [ 4 | LABEL a=$VERSION,    |         ^^^^^^^^]",
                        "5: [ 5 | EXPOSE 80/TCP,    |        ^^^^^^]");
    }
}
