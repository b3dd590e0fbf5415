package dev.slipway.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The flags of one command line with their values, the environment's filled in.
 *
 * @param warnings what to tell about the way they were written
 */
record GivenFlags(Map<Flag, List<String>> given, Map<String, String> environment, List<String> warnings) {

    GivenFlags {
        given = new LinkedHashMap<>(given);
        environment = Map.copyOf(environment);
        warnings = List.copyOf(warnings);
    }

    /** The last value of the flag, the environment's, or none; never the default. */
    Optional<String> value(Flag flag) {
        List<String> values = given.getOrDefault(flag, List.of());
        return values.isEmpty() ? flag.in(environment) : Optional.of(values.getLast());
    }

    String valueOrDefault(Flag flag) {
        return value(flag).orElse(flag.defaultValue());
    }

    /** All values of a flag that may be repeated, the environment's last. */
    List<String> values(Flag flag) {
        List<String> values = new ArrayList<>(given.getOrDefault(flag, List.of()));
        flag.in(environment).ifPresent(values::add);
        return values;
    }

    boolean on(Flag flag) throws UsageException {
        return truth(flag.toString(), valueOrDefault(flag));
    }

    /** What a variable says that stands for no flag; an empty one is not set. */
    boolean variable(String name) throws UsageException {
        String text = environment.getOrDefault(name, "");
        return !text.isEmpty() && truth(name, text);
    }

    /** A whole number of at least {@code least}. */
    int number(Flag flag, int least) throws UsageException {
        String text = valueOrDefault(flag);
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new UsageException("%s \"%s\": not a whole number".formatted(flag, text));
        }
        throw new UsageException("%s %s: must be at least %d".formatted(flag, text, least));
    }

    /** Whether anything but the default is asked for. */
    boolean changed(Flag flag) throws UsageException {
        for (String value : values(flag)) {
            boolean same = flag.kind() == Flag.Kind.SWITCH
                    ? truth(flag.toString(), value) == truth(flag.toString(), flag.defaultValue())
                    : value.equals(flag.defaultValue());
            if (!same) {
                return true;
            }
        }
        return false;
    }

    private static boolean truth(String name, String text) throws UsageException {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "t", "1" -> true;
            case "false", "f", "0" -> false;
            default -> throw new UsageException("%s=%s: write true or false".formatted(name, text));
        };
    }
}
