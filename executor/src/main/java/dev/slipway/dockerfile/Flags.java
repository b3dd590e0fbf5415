package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The flags of one instruction, checked against those that it knows. */
final class Flags {
    private final SyntaxNode node;
    private final Set<String> strings = new HashSet<>();
    private final Set<String> booleans = new HashSet<>();
    private final Set<String> lists = new HashSet<>();
    private final Map<String, List<String>> values = new HashMap<>();

    Flags(SyntaxNode node) {
        this.node = node;
    }

    Flags strings(String... names) {
        strings.addAll(List.of(names));
        return this;
    }

    Flags booleans(String... names) {
        booleans.addAll(List.of(names));
        return this;
    }

    Flags lists(String... names) {
        lists.addAll(List.of(names));
        return this;
    }

    /** Takes all flags in, or refuses the first that is wrong. */
    Flags read() throws DockerfileException {
        for (SyntaxNode.Flag flag : node.flags()) {
            String name = flag.name().substring(2);
            boolean isBoolean = booleans.contains(name);
            if (!isBoolean && !strings.contains(name) && !lists.contains(name)) {
                throw unknown(flag);
            }
            if (values.containsKey(name) && !lists.contains(name)) {
                throw refuse(flag, "the flag --" + name + " is given twice", "Keep one of them.");
            }
            values.computeIfAbsent(name, key -> new ArrayList<>()).add(isBoolean ? bool(flag) : value(flag));
        }
        return this;
    }

    Optional<String> string(String name) {
        return Optional.ofNullable(values.get(name)).map(List::getFirst);
    }

    List<String> list(String name) {
        return values.getOrDefault(name, List.of());
    }

    boolean is(String name) {
        return string(name).equals(Optional.of("true"));
    }

    Optional<Boolean> bool(String name) {
        return string(name).map(value -> value.equals("true"));
    }

    DockerfileException refuse(String name, String problem, String expectation) {
        for (SyntaxNode.Flag flag : node.flags()) {
            if (flag.name().equals("--" + name)) {
                return refuse(flag, problem, expectation);
            }
        }
        return node.refuse(problem, expectation);
    }

    private String value(SyntaxNode.Flag flag) throws DockerfileException {
        int equals = flag.text().indexOf('=');
        if (equals < 0) {
            throw refuse(
                    flag,
                    "the flag " + flag.text() + " lacks its value",
                    "Expected " + flag.text() + "=VALUE, without blanks around the equals sign.");
        }
        return flag.text().substring(equals + 1);
    }

    private String bool(SyntaxNode.Flag flag) throws DockerfileException {
        int equals = flag.text().indexOf('=');
        String value = equals < 0 ? "true" : flag.text().substring(equals + 1).toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw refuse(
                    flag,
                    "the flag " + flag.name() + " is yes or no, not "
                            + Quotes.quote(flag.text().substring(equals + 1)),
                    "Expected " + flag.name() + ", " + flag.name() + "=true or " + flag.name() + "=false.");
        }
        return value;
    }

    private DockerfileException unknown(SyntaxNode.Flag flag) {
        List<String> known = new ArrayList<>();
        for (Set<String> names : List.of(strings, booleans, lists)) {
            names.forEach(name -> known.add("--" + name));
        }
        known.sort(null);
        String expectation = known.isEmpty()
                ? node.name() + " knows no flags; quote the word, or write -- in front of it, if it is none."
                : node.name() + " knows " + String.join(", ", known) + ".";
        return refuse(
                flag, node.name() + " has no flag " + flag.name() + Spelling.hint(flag.name(), known), expectation);
    }

    private DockerfileException refuse(SyntaxNode.Flag flag, String problem, String expectation) {
        return DockerfileException.at(node.source(), flag.from(), flag.to(), problem, expectation);
    }
}
