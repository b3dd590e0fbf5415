package dev.slipway.cli;

import dev.slipway.context.ContextResolvers;
import java.util.List;

/** What {@code --help} prints: every flag with what it takes, its default and whether it works yet. */
final class Help {
    private static final int COLUMN = 34;
    private static final int WIDTH = 118;

    private Help() {}

    /** Of a subcommand, or of building. */
    static String of(String command) {
        return switch (command) {
            case "check" -> ofCheck();
            case "plan" -> ofPlan();
            case "doctor" -> ofDoctor();
            case "push" -> ofPush();
            case "index" -> ofIndex();
            case "warm" -> ofWarm();
            default -> ofBuild();
        };
    }

    static String ofBuild() {
        return """
                Builds a container image from a Dockerfile and pushes it.

                usage: executor [build] --context URI --destination REF [FLAG...]
                       executor check [FLAG...]      checks a Dockerfile without building it
                       executor plan [FLAG...]       prints what would be built, and builds nothing
                       executor doctor [FLAG...]     tells what this environment allows, and what is missing for more
                       executor push PATH [FLAG...]  pushes what --tar-path or --oci-layout-path wrote
                       executor index [FLAG...]      joins images of several platforms under one name
                       executor warm [FLAG...]       fetches base images into a cache directory
                       executor version

                Write --flag=value or --flag value; --flag or --flag=true|false for those without a value.
                An empty value means that the flag isn't given.
                """ + contexts() + sections(FlagTable.BUILD);
    }

    /** What the resolvers that are there take, those of plugins too. */
    private static String contexts() {
        StringBuilder text = new StringBuilder("\nContexts (--context, --build-context):\n");
        ContextResolvers.installed()
                .forms()
                .forEach(form -> text.append("      ").append(form).append('\n'));
        return text.append("      docker-image://REF, oci-layout://PATH (--build-context only)\n")
                .toString();
    }

    static String ofCheck() {
        return """
                Checks a Dockerfile without building it: exit code 0, whatever the warnings, unless it is not valid or
                "# check=error=true" makes warnings errors.

                usage: executor check [--dockerfile PATH] [--context URI] [--format text|json|sarif|gitlab]
                """ + sections(FlagTable.CHECK);
    }

    static String ofPlan() {
        return """
                Prints what a build would do: its stages with their bases and instructions, and the stages that nothing
                needs. Takes the flags of a build; those that only matter while one runs make no difference.

                usage: executor plan [--dockerfile PATH] [--context URI] [--target STAGE] [--format text|json]
                """ + sections(FlagTable.BUILD);
    }

    static String ofDoctor() {
        return """
                Tells what this environment allows, and what is missing for more: kinds of isolation, capabilities.

                usage: executor doctor [--format text|json]
                """ + sections(FlagTable.DOCTOR);
    }

    static String ofPush() {
        return """
                Pushes an image that --tar-path, --oci-layout-path or docker save wrote, without building anything.

                usage: executor push PATH --destination REF [FLAG...]
                """ + sections(FlagTable.PUSH);
    }

    static String ofIndex() {
        return """
                Puts images that were built and pushed one platform at a time under one name.

                usage: executor index --destination REF --image REF [--image REF...] [FLAG...]
                """ + sections(FlagTable.INDEX);
    }

    static String ofWarm() {
        return """
                Fetches base images into a directory that builds use as their --cache-dir.

                usage: executor warm --cache-dir PATH --image REF [--image REF...] [FLAG...]
                       executor warm --cache-dir PATH --dockerfile PATH [FLAG...]
                """ + sections(FlagTable.WARM);
    }

    private static String sections(List<FlagTable.Section> sections) {
        StringBuilder text = new StringBuilder();
        for (FlagTable.Section section : sections) {
            text.append('\n').append(section.title()).append(":\n");
            section.flags().forEach(flag -> entry(text, flag));
        }
        return text.toString();
    }

    private static void entry(StringBuilder text, Flag flag) {
        String letter = flag.spellings().shortName();
        StringBuilder line = new StringBuilder(letter.isEmpty() ? "      " : "  -" + letter + ", ");
        line.append(flag);
        if (!flag.placeholder().isEmpty()) {
            line.append(' ').append(flag.placeholder());
        }
        if (line.length() >= COLUMN) {
            text.append(line).append('\n');
            line.setLength(0);
        }
        for (String word : description(flag).split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line.setLength(0);
            }
            if (line.length() < COLUMN) {
                line.append(" ".repeat(COLUMN - line.length()));
            } else {
                line.append(' ');
            }
            line.append(word);
        }
        text.append(line).append('\n');
    }

    private static String description(Flag flag) {
        StringBuilder text = new StringBuilder(flag.description());
        if (flag.kind() == Flag.Kind.REPEATED) {
            text.append(" May be repeated.");
        }
        boolean saysDefault =
                !flag.defaultValue().isEmpty() && !flag.defaultValue().equals("false");
        if (saysDefault) {
            text.append(" Default: ").append(flag.defaultValue()).append('.');
        }
        if (!flag.variables().isEmpty()) {
            text.append(" Or by ").append(String.join(", ", flag.variables())).append('.');
        }
        switch (flag.support()) {
            case Flag.Support.Full() -> {}
            case Flag.Support.WithoutEffect(String reason) ->
                text.append(" (No effect: ").append(reason).append(".)");
            case Flag.Support.Later() -> text.append(" (Not supported yet.)");
        }
        return text.toString();
    }
}
