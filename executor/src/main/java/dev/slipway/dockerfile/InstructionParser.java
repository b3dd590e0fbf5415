package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The second level: a syntax node becomes a typed instruction, or is refused. */
final class InstructionParser {
    static final List<String> NAMES = List.of(
            "ADD",
            "ARG",
            "CMD",
            "COPY",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "FROM",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "RUN",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
            "WORKDIR");
    private static final Pattern STAGE_NAME = Pattern.compile("[a-z][a-z0-9_.-]*");

    private final SyntaxNode node;
    private final char escape;

    private InstructionParser(SyntaxNode node, char escape) {
        this.node = node;
        this.escape = escape;
    }

    static Instruction parse(SyntaxNode node, char escape) throws DockerfileException {
        return new InstructionParser(node, escape).instruction();
    }

    private Instruction instruction() throws DockerfileException {
        return switch (node.name()) {
            case "ADD" -> new CopyParser(node).add();
            case "ARG" -> arg();
            case "CMD" -> cmd();
            case "COPY" -> new CopyParser(node).copy();
            case "ENTRYPOINT" -> entrypoint();
            case "ENV" -> env();
            case "EXPOSE" -> expose();
            case "FROM" -> from();
            case "HEALTHCHECK" -> new HealthCheckParser(node).healthCheck();
            case "LABEL" -> label();
            case "MAINTAINER" -> maintainer();
            case "ONBUILD" -> onBuild();
            case "RUN" -> run();
            case "SHELL" -> shell();
            case "STOPSIGNAL" -> {
                noFlags();
                yield new StopSignalInstruction(node.source(), one("a signal: STOPSIGNAL SIGTERM."));
            }
            case "USER" -> {
                noFlags();
                yield new UserInstruction(node.source(), one("a user: USER name, USER 1000 or USER name:group."));
            }
            case "VOLUME" -> volume();
            case "WORKDIR" -> {
                noFlags();
                yield new WorkdirInstruction(node.source(), one("a directory: WORKDIR /srv."));
            }
            default -> throw unknown();
        };
    }

    private DockerfileException unknown() {
        String word = node.source().keyword();
        String hint = Spelling.hint(word, NAMES);
        return DockerfileException.at(
                node.source(),
                0,
                word.length(),
                "unknown instruction " + Quotes.quote(word) + hint,
                hint.isEmpty()
                        ? "Expected one of " + String.join(", ", NAMES)
                                + ". (If the line belongs to the one above, that one must end in the escape character "
                                + escape + ".)"
                        : null);
    }

    private FromInstruction from() throws DockerfileException {
        List<String> words = Blanks.split(node.arguments());
        boolean named = words.size() == 3 && words.get(1).equalsIgnoreCase("as");
        if (words.size() != 1 && !named) {
            throw node.refuseArguments(
                    words.isEmpty()
                            ? "FROM needs an image"
                            : "FROM takes one image, and perhaps AS and a name, not " + words.size() + " words",
                    node.arguments().contains("#")
                            ? "Expected FROM image AS name; a comment needs a line of its own."
                            : words.size() == 2
                                    ? "Expected FROM " + words.getFirst() + ", or FROM " + words.getFirst() + " AS "
                                            + words.getLast() + "."
                                    : "Expected FROM image or FROM image AS name.");
        }
        Optional<String> written = named ? Optional.of(words.get(2)) : Optional.empty();
        Optional<String> name = written.map(text -> text.toLowerCase(Locale.ROOT));
        if (name.isPresent() && !STAGE_NAME.matcher(name.get()).matches()) {
            throw node.refuseWord(
                    words.get(2),
                    "the stage name " + Quotes.quote(words.get(2)) + " can't be one",
                    "A name begins with a letter and goes on with letters, digits, '-', '_' and '.'"
                            + (words.get(2).contains("$") ? "; variables aren't expanded here." : "."));
        }
        Flags flags = new Flags(node).strings("platform").read();
        return new FromInstruction(
                node.source(),
                words.getFirst(),
                name,
                written,
                flags.string("platform").filter(text -> !text.isEmpty()));
    }

    private ArgInstruction arg() throws DockerfileException {
        List<String> words = Words.split(node.arguments(), escape);
        if (words.isEmpty()) {
            throw node.refuseArguments("ARG needs a name", "Expected ARG name or ARG name=default.");
        }
        List<ArgDeclaration> declarations = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals == 0) {
                throw node.refuseWord(
                        word,
                        "ARG " + Quotes.quote(word) + " has no name",
                        "Expected name=default, without blanks around the equals sign.");
            }
            declarations.add(
                    equals < 0
                            ? new ArgDeclaration(word, Optional.empty())
                            : new ArgDeclaration(word.substring(0, equals), Optional.of(word.substring(equals + 1))));
        }
        return new ArgInstruction(node.source(), declarations);
    }

    private EnvInstruction env() throws DockerfileException {
        noFlagsAfter(pairs());
        return new EnvInstruction(node.source(), named(pairs()), isLegacy());
    }

    private LabelInstruction label() throws DockerfileException {
        noFlagsAfter(pairs());
        return new LabelInstruction(node.source(), named(pairs()), isLegacy());
    }

    private boolean isLegacy() {
        return !Words.split(node.arguments(), escape).getFirst().contains("=");
    }

    private List<KeyValue> pairs() throws DockerfileException {
        List<String> words = Words.split(node.arguments(), escape);
        String example = node.name().equals("ENV") ? "ENV NAME=value" : "LABEL key=value";
        if (words.isEmpty()) {
            throw node.refuseArguments(node.name() + " needs at least one pair", "Expected " + example + ".");
        }
        if (!words.getFirst().contains("=")) {
            return List.of(legacyPair(example));
        }
        List<KeyValue> pairs = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw node.refuseWord(
                        word,
                        node.name() + " word " + Quotes.quote(word) + " has no '='",
                        word.startsWith("#")
                                ? "A comment needs a line of its own."
                                : "Expected name=value, without blanks around the equals sign;"
                                        + " a value with blanks needs quotes.");
            }
            pairs.add(new KeyValue(word.substring(0, equals), word.substring(equals + 1)));
        }
        return pairs;
    }

    private KeyValue legacyPair(String example) throws DockerfileException {
        String rest = node.arguments();
        int end = LineCutter.keywordLength(rest);
        int value = end;
        while (value < rest.length() && Blanks.isSeparator(rest.charAt(value))) {
            value++;
        }
        if (value == end) {
            throw node.refuseArguments(
                    node.name() + " " + Quotes.quote(rest) + " has no value",
                    "Expected " + example + ", or " + example.replace("=value", "=") + " for an empty one.");
        }
        return new KeyValue(rest.substring(0, end), rest.substring(value));
    }

    private List<KeyValue> named(List<KeyValue> pairs) throws DockerfileException {
        for (KeyValue pair : pairs) {
            if (pair.key().isEmpty()) {
                throw node.refuseWord(
                        "=" + pair.value(),
                        node.name() + " " + Quotes.quote("=" + pair.value()) + " has no name",
                        "Expected name=value.");
            }
        }
        return pairs;
    }

    private RunInstruction run() throws DockerfileException {
        Optional<JsonArray.Elements> json = json(node);
        Flags flags = new Flags(node)
                .lists("mount", "device")
                .strings("network", "security")
                .read();
        String network = flags.string("network").orElse("default");
        if (!List.of("default", "none", "host").contains(network)) {
            throw flags.refuse(
                    "network",
                    "RUN --network=" + network + " is no network mode"
                            + Spelling.hint(network, List.of("default", "none", "host")),
                    "Expected default, none or host.");
        }
        String security = flags.string("security").orElse("sandbox");
        if (!List.of("sandbox", "insecure").contains(security)) {
            throw flags.refuse(
                    "security",
                    "RUN --security=" + security + " is no security mode"
                            + Spelling.hint(security, List.of("sandbox", "insecure")),
                    "Expected sandbox or insecure.");
        }
        for (String mount : flags.list("mount")) {
            MountParser.checkWritten(node.source(), mount);
        }
        return new RunInstruction(
                node.source(),
                commandLine(node, json, node.arguments()),
                node.heredocs(),
                flags.list("mount"),
                RunInstruction.Network.valueOf(network.toUpperCase(Locale.ROOT)),
                RunInstruction.Security.valueOf(security.toUpperCase(Locale.ROOT)),
                flags.list("device"));
    }

    private CmdInstruction cmd() throws DockerfileException {
        Optional<JsonArray.Elements> json = json(node);
        noFlags();
        return new CmdInstruction(node.source(), commandLine(node, json, node.arguments()));
    }

    private EntrypointInstruction entrypoint() throws DockerfileException {
        Optional<JsonArray.Elements> json = json(node);
        noFlags();
        return new EntrypointInstruction(node.source(), commandLine(node, json, node.arguments()));
    }

    private ShellInstruction shell() throws DockerfileException {
        Optional<JsonArray.Elements> json = json(node);
        noFlags();
        if (json.isEmpty() || json.get().strings().isEmpty()) {
            throw node.refuseArguments(
                    json.isPresent() ? "SHELL names no program" : "SHELL must be a JSON array of strings",
                    "Expected SHELL [\"/bin/sh\", \"-c\"], with commas between, and double quotes.");
        }
        return new ShellInstruction(node.source(), json.get().strings());
    }

    private ExposeInstruction expose() throws DockerfileException {
        List<String> words = Blanks.split(node.arguments());
        if (words.isEmpty()) {
            throw node.refuseArguments("EXPOSE needs at least one port", "Expected EXPOSE 8080 or EXPOSE 53/udp.");
        }
        noFlags();
        return new ExposeInstruction(node.source(), words);
    }

    private VolumeInstruction volume() throws DockerfileException {
        Optional<JsonArray.Elements> json = json(node);
        noFlags();
        List<String> paths =
                json.map(JsonArray.Elements::strings).orElseGet(() -> Blanks.split(node.arguments())).stream()
                        .map(Blanks::trim)
                        .toList();
        if (paths.isEmpty()) {
            throw node.refuseArguments(
                    "VOLUME needs at least one directory", "Expected VOLUME /data or VOLUME [\"/data\"].");
        }
        int empty = paths.indexOf("");
        if (empty >= 0) {
            throw node.refuseArguments("VOLUME has an empty directory name", "Expected a path such as /data.");
        }
        return new VolumeInstruction(node.source(), paths);
    }

    private MaintainerInstruction maintainer() throws DockerfileException {
        String name = one("a name: MAINTAINER Jane Doe <jane@example.com>.");
        noFlags();
        return new MaintainerInstruction(node.source(), name);
    }

    private OnBuildInstruction onBuild() throws DockerfileException {
        String rest = node.arguments();
        if (rest.isEmpty()) {
            throw node.refuseArguments("ONBUILD needs an instruction", "Expected ONBUILD RUN ... or the like.");
        }
        noFlags();
        String inner = rest.substring(0, LineCutter.keywordLength(rest)).toUpperCase(Locale.ROOT);
        if (inner.equals("ONBUILD") || inner.equals("FROM") || inner.equals("MAINTAINER")) {
            throw node.refuseWord(
                    rest.substring(0, inner.length()),
                    "ONBUILD can't hold " + inner,
                    "A trigger is any instruction but FROM, MAINTAINER and ONBUILD.");
        }
        checkTrigger(inner, LineCutter.cut(node.source().from(node.argumentsAt(), rest.substring(0, inner.length()))));
        StringBuilder trigger = new StringBuilder(rest);
        for (Heredoc heredoc : node.heredocs()) {
            trigger.append('\n').append(heredoc.body()).append(heredoc.name());
        }
        return new OnBuildInstruction(node.source(), trigger.toString());
    }

    /** What is wrong with a trigger's first level is said at once, all else when it fires. */
    private void checkTrigger(String inner, SyntaxNode trigger) throws DockerfileException {
        switch (inner) {
            case "RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME" -> json(trigger);
            case "ENV", "LABEL" -> {
                if (!trigger.arguments().isEmpty()) {
                    new InstructionParser(trigger, escape).pairs();
                }
            }
            default -> {}
        }
    }

    private String one(String expected) throws DockerfileException {
        if (node.arguments().isEmpty()) {
            throw node.refuseArguments(node.name() + " has nothing after it", "Expected " + expected);
        }
        return node.arguments();
    }

    private void noFlags() throws DockerfileException {
        new Flags(node).read();
    }

    private void noFlagsAfter(List<KeyValue> wellFormed) throws DockerfileException {
        if (!wellFormed.isEmpty()) {
            noFlags();
        }
    }

    /** The elements if the arguments are in JSON form; refused if one of them is no string. */
    static Optional<JsonArray.Elements> json(SyntaxNode node) throws DockerfileException {
        Optional<JsonArray.Elements> json = JsonArray.parse(node.arguments());
        if (json.isPresent() && json.get().otherAt() >= 0) {
            int at = node.argumentsAt() + json.get().otherAt();
            int end = at;
            String text = node.source().text();
            while (end < text.length() && ",] ".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            throw DockerfileException.at(
                    node.source(),
                    at,
                    Math.max(end, at + 1),
                    node.name() + ": an element of the JSON array is no string",
                    "Put it in double quotes.");
        }
        return json;
    }

    static CommandLine commandLine(SyntaxNode node, Optional<JsonArray.Elements> json, String text) {
        return json.isPresent() ? new CommandLine.ExecForm(json.get().strings()) : new CommandLine.ShellForm(text);
    }
}
