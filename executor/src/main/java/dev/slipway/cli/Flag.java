package dev.slipway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One flag: how it is spelled, what it takes and what becomes of it. The whole list is {@link FlagTable}'s.
 *
 * <p>kaniko's rules hold for every flag: {@code --flag=value} and {@code --flag value}, {@code --flag} and
 * {@code --flag=true|false} in any case for switches; an empty value means that the flag isn't given.
 *
 * @param name without dashes
 * @param spellings the other ways to say it
 * @param variables the environment variables that speak where the flag is silent, the strongest first
 * @param defaultValue what holds where nothing is said; empty for none
 * @param placeholder what {@code --help} calls the value
 */
record Flag(
        String name,
        Spellings spellings,
        List<String> variables,
        Kind kind,
        String defaultValue,
        String placeholder,
        String description,
        Support support) {

    Flag {
        variables = List.copyOf(variables);
    }

    /** What a flag takes. */
    enum Kind {
        SWITCH,
        VALUE,
        REPEATED
    }

    /**
     * The other ways to say a flag.
     *
     * @param shortName one letter, or empty
     * @param aliases names that are as good
     * @param deprecated old names, which work and warn
     * @param plural a name that takes all following arguments up to the next flag, or empty
     */
    record Spellings(String shortName, List<String> aliases, List<String> deprecated, String plural) {
        static final Spellings NONE = new Spellings("", List.of(), List.of(), "");

        Spellings {
            aliases = List.copyOf(aliases);
            deprecated = List.copyOf(deprecated);
        }
    }

    /** What becomes of a flag. */
    sealed interface Support {
        /** It does what it says. */
        record Full() implements Support {}

        /** It is accepted and makes no difference, by design. */
        record WithoutEffect(String reason) implements Support {}

        /** A later version brings it; another value than the default is refused by name. */
        record Later() implements Support {}
    }

    static Flag toggle(String name, String description) {
        return of(name, Kind.SWITCH, "false", "", description);
    }

    static Flag value(String name, String placeholder, String description) {
        return of(name, Kind.VALUE, "", placeholder, description);
    }

    static Flag repeated(String name, String placeholder, String description) {
        return of(name, Kind.REPEATED, "", placeholder, description);
    }

    private static Flag of(String name, Kind kind, String defaultValue, String placeholder, String description) {
        return new Flag(
                name, Spellings.NONE, List.of(), kind, defaultValue, placeholder, description, new Support.Full());
    }

    Flag shortName(String letter) {
        return spelled(new Spellings(letter, spellings.aliases, spellings.deprecated, spellings.plural));
    }

    Flag alias(String... names) {
        return spelled(new Spellings(spellings.shortName, List.of(names), spellings.deprecated, spellings.plural));
    }

    Flag deprecated(String... names) {
        return spelled(new Spellings(spellings.shortName, spellings.aliases, List.of(names), spellings.plural));
    }

    Flag plural(String name) {
        return spelled(new Spellings(spellings.shortName, spellings.aliases, spellings.deprecated, name));
    }

    private Flag spelled(Spellings value) {
        return new Flag(name, value, variables, kind, defaultValue, placeholder, description, support);
    }

    Flag variable(String... names) {
        return new Flag(name, spellings, List.of(names), kind, defaultValue, placeholder, description, support);
    }

    Flag defaultsTo(String value) {
        return new Flag(name, spellings, variables, kind, value, placeholder, description, support);
    }

    /** Accepted, but nothing depends on it: {@code reason} is said once at debug level. */
    Flag withoutEffect(String reason) {
        return supported(new Support.WithoutEffect(reason));
    }

    /** Known, and refused by name unless it has its default value. */
    Flag later() {
        return supported(new Support.Later());
    }

    private Flag supported(Support value) {
        return new Flag(name, spellings, variables, kind, defaultValue, placeholder, description, value);
    }

    /** Every spelling with its dashes, except for the plural one. */
    List<String> options() {
        List<String> options = new ArrayList<>();
        if (!spellings.shortName.isEmpty()) {
            options.add("-" + spellings.shortName);
        }
        Stream.of(List.of(name), spellings.aliases, spellings.deprecated)
                .flatMap(List::stream)
                .forEach(each -> options.add("--" + each));
        return options;
    }

    Optional<String> in(Map<String, String> environment) {
        return variables.stream()
                .map(each -> environment.getOrDefault(each, ""))
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    @Override
    public String toString() {
        return "--" + name;
    }
}
