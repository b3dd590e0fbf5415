package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs all build checks over a file (spec: dockerfile.md, Build checks). */
public final class Checks {
    /** What is about the file rather than one instruction, so that only the file's own options skip it. */
    private static final Set<CheckRule> OF_THE_FILE = EnumSet.of(
            CheckRule.NO_EMPTY_CONTINUATION,
            CheckRule.CONSISTENT_INSTRUCTION_CASING,
            CheckRule.DUPLICATE_STAGE_NAME,
            CheckRule.RESERVED_STAGE_NAME,
            CheckRule.INVALID_DEFAULT_ARG_IN_FROM,
            CheckRule.INVALID_BASE_IMAGE_PLATFORM);

    private final Dockerfile dockerfile;
    private final CheckInputs inputs;
    private final CheckOptions options;
    private final List<Finding> findings = new ArrayList<>();
    private @Nullable InstructionSource lastSource;
    private int lastAt;

    private Checks(Dockerfile dockerfile, CheckInputs inputs, CheckOptions options) {
        this.dockerfile = dockerfile;
        this.inputs = inputs;
        this.options = options;
    }

    /**
     * What came out.
     *
     * @param findings in the order of lines
     * @param refusal what makes the file impossible to build, found while its words were expanded
     * @param failing whether findings count as an error, because the file asks for it and there are some
     */
    public record Result(List<Finding> findings, Optional<DockerfileException> refusal, boolean failing) {
        public Result {
            findings = List.copyOf(findings);
        }
    }

    /**
     * Checks a file.
     *
     * @throws DockerfileException if its check directive can't be read
     */
    public static Result run(Dockerfile dockerfile, CheckInputs inputs) throws DockerfileException {
        CheckOptions options = CheckOptions.of(
                dockerfile, Optional.ofNullable(inputs.buildArguments().get("BUILDKIT_DOCKERFILE_CHECK")));
        Checks checks = new Checks(dockerfile, inputs, options);
        Optional<DockerfileException> refusal = checks.all();
        List<Finding> sorted = new ArrayList<>(checks.findings);
        sorted.sort(Comparator.comparingInt(Finding::line));
        return new Result(sorted, refusal, options.failing() && !sorted.isEmpty());
    }

    private Optional<DockerfileException> all() {
        for (ArgInstruction global : dockerfile.globalArgs()) {
            lines(global);
            description(
                    global,
                    global.declarations().stream().map(ArgDeclaration::name).toList(),
                    "ARG",
                    "the name of one of its arguments");
        }
        for (Stage stage : dockerfile.stages()) {
            from(stage);
            stage.instructions().forEach(this::written);
        }
        casing();
        stageNames();
        try {
            List<FromInstruction> bases = new FromChecks(dockerfile, inputs, this).run();
            Set<Integer> needed = new StageChecks(dockerfile, inputs, bases, this).run();
            if (!inputs.neededStagesOnly()) {
                new StageReferences(dockerfile, inputs, bases).refuseWrongOnes(needed);
            }
        } catch (DockerfileException refused) {
            return Optional.of(refused);
        }
        return Optional.empty();
    }

    /** Adds a finding about an instruction, unless it is skipped there. */
    void report(CheckRule rule, InstructionSource source, String message) {
        add(rule, source, source.range(), source.range(0, source.text().length()), message);
    }

    /** The same, with the mark below the first place behind the keyword that says {@code word}, if there is one. */
    void report(CheckRule rule, InstructionSource source, String word, String message) {
        // Words of one instruction are mostly told of in their order, and looking from its begin each time would be
        // slow.
        int from = source == lastSource ? lastAt : source.keyword().length();
        int at = source.text().indexOf(word, from);
        at = at < 0 ? source.text().indexOf(word, source.keyword().length()) : at;
        lastSource = source;
        lastAt = at < 0 ? from : at + word.length();
        report(rule, source, at, word, message);
    }

    /** The same, with the mark where {@code word} stands at an offset; below all of it if that is negative. */
    void report(CheckRule rule, InstructionSource source, int at, String word, String message) {
        if (at < 0 || word.isEmpty()) {
            report(rule, source, message);
        } else {
            add(rule, source, source.range(), source.range(at, at + word.length()), message);
        }
    }

    /** About the name that FROM gives its stage, its last word. */
    private void reportName(CheckRule rule, Stage stage, String message) {
        InstructionSource source = stage.from().source();
        String name = stage.from().writtenStageName().orElse("");
        report(rule, source, source.text().lastIndexOf(name), name, message);
    }

    /** About the instruction's own word. */
    void reportKeyword(CheckRule rule, InstructionSource source, String message) {
        report(rule, source, 0, source.keyword(), message);
    }

    /** About an instruction's word, where a later instruction is what made it wrong, and may skip the rule. */
    void reportKeyword(CheckRule rule, InstructionSource source, InstructionSource madeBy, String message) {
        if (options.with(madeBy).tells(rule)) {
            findings.add(new Finding(
                    rule,
                    message,
                    source.range(),
                    source.range(0, source.keyword().length())));
        }
    }

    private void add(CheckRule rule, InstructionSource source, SourceRange range, SourceRange mark, String message) {
        if ((OF_THE_FILE.contains(rule) ? options : options.with(source)).tells(rule)) {
            findings.add(new Finding(rule, message, range, mark));
        }
    }

    private void from(Stage stage) {
        FromInstruction from = stage.from();
        lines(from);
        InstructionSource source = from.source();
        from.writtenStageName().ifPresent(name -> {
            if (!name.equals(name.toLowerCase(Locale.ROOT))) {
                reportName(
                        CheckRule.STAGE_NAME_CASING,
                        stage,
                        "the stage name " + name + " has capitals: write " + name.toLowerCase(Locale.ROOT));
            }
            String keyword = source.keyword();
            String as = Blanks.split(source.arguments()).reversed().get(1);
            boolean lower = isLower(keyword);
            if ((lower || isUpper(keyword)) && !(lower ? isLower(as) : isUpper(as))) {
                int at = source.text().lastIndexOf(as, source.text().lastIndexOf(name) - 1);
                report(CheckRule.FROM_AS_CASING, source, at, as, keyword + " and " + as + " are in different cases");
            }
        });
        description(from, from.stageName().stream().toList(), "FROM", "the name of the stage");
    }

    private void written(Instruction instruction) {
        lines(instruction);
        if (instruction instanceof MaintainerInstruction) {
            reportKeyword(
                    CheckRule.MAINTAINER_DEPRECATED,
                    instruction.source(),
                    "MAINTAINER is deprecated: write LABEL org.opencontainers.image.authors=... instead");
        } else if (instruction instanceof ArgInstruction arg) {
            description(
                    arg,
                    arg.declarations().stream().map(ArgDeclaration::name).toList(),
                    "ARG",
                    "the name of one of its arguments");
        }
    }

    private void lines(Instruction instruction) {
        InstructionSource source = instruction.source();
        source.emptyContinuation()
                .ifPresent(line -> add(
                        CheckRule.NO_EMPTY_CONTINUATION,
                        source,
                        new SourceRange(line, 1, line, 1),
                        new SourceRange(line, 1, line, 1),
                        "a blank line inside a continued instruction: remove it, or put a # there"));
    }

    private void description(Instruction instruction, List<String> names, String keyword, String placeholder) {
        List<String> comments = instruction.source().comments().stream()
                .filter(comment -> Directive.parse("#" + comment, 1)
                        .filter(directive -> directive.name().equals("check"))
                        .isEmpty())
                .toList();
        if (names.isEmpty() || comments.isEmpty()) {
            return;
        }
        String first = comments.getLast().split(" ", 2)[0];
        if (!names.contains(first)) {
            report(
                    CheckRule.INVALID_DEFINITION_DESCRIPTION,
                    instruction.source(),
                    "the comment above " + keyword + " describes it if it begins with "
                            + (names.size() == 1 ? names.getFirst() : placeholder)
                            + "; if it is not meant to, put an empty # between them");
        }
    }

    private void casing() {
        List<InstructionSource> all = new ArrayList<>();
        for (Stage stage : dockerfile.stages()) {
            all.add(stage.from().source());
            stage.instructions().forEach(instruction -> all.add(instruction.source()));
        }
        long lower = all.stream().filter(source -> isLower(source.keyword())).count();
        long upper = all.stream()
                .filter(source -> isUpper(source.keyword()) && !isLower(source.keyword()))
                .count();
        boolean wantsLower = lower > upper;
        for (InstructionSource source : all) {
            if (!(wantsLower ? isLower(source.keyword()) : isUpper(source.keyword()))) {
                reportKeyword(
                        CheckRule.CONSISTENT_INSTRUCTION_CASING,
                        source,
                        source.keyword() + " is in another case than most instructions here: write "
                                + (wantsLower
                                        ? source.keyword().toLowerCase(Locale.ROOT)
                                        : source.keyword().toUpperCase(Locale.ROOT)));
            }
        }
    }

    private void stageNames() {
        Set<String> seen = new HashSet<>();
        for (Stage stage : dockerfile.stages()) {
            stage.name().ifPresent(name -> {
                if (name.equals("context") || name.equals("scratch")) {
                    reportName(
                            CheckRule.RESERVED_STAGE_NAME,
                            stage,
                            "the stage name " + name + " has a meaning of its own: choose another");
                }
                if (!seen.add(name)) {
                    reportName(
                            CheckRule.DUPLICATE_STAGE_NAME,
                            stage,
                            "the stage name " + name + " is used before: only the last is found by it");
                }
            });
        }
    }

    /** The values of the global arguments, with those given or with the defaults of ARGs only. */
    static Map<String, String> globals(Dockerfile dockerfile, CheckInputs inputs, Map<String, String> given)
            throws DockerfileException {
        Map<String, String> values = new HashMap<>(inputs.predefined());
        values.replaceAll((name, value) -> inputs.buildArguments().getOrDefault(name, value));
        for (ArgInstruction global : dockerfile.globalArgs()) {
            for (ArgDeclaration declaration : global.declarations()) {
                String value = given.get(declaration.name());
                if (value == null && declaration.defaultValue().isPresent()) {
                    value = Expander.over(values, dockerfile.escape())
                            .word(global.source(), declaration.defaultValue().get());
                }
                if (value != null) {
                    values.put(declaration.name(), value);
                }
            }
        }
        return values;
    }

    private static boolean isLower(String word) {
        return word.equals(word.toLowerCase(Locale.ROOT));
    }

    private static boolean isUpper(String word) {
        return word.equals(word.toUpperCase(Locale.ROOT));
    }
}
