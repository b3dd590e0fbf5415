package dev.slipway.cli;

import dev.slipway.dockerfile.Spelling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Reads a command line the way kaniko does (pflag's rules), with plural flags on top (spec: flags, tasks section 1).
 *
 * <p>The options are declared by calls, not by annotations: nothing is looked up by reflection.
 */
final class FlagParser {
    /** picocli's own looks for Groovy first, which opens every jar of the class path; ours makes the lists of values. */
    private static final CommandLine.IFactory LISTS = new CommandLine.IFactory() {
        @Override
        public <K> K create(Class<K> type) {
            return type.cast(new ArrayList<>());
        }
    };

    private final List<Flag> flags;
    private final Map<String, Flag> byOption = new HashMap<>();
    private final Map<String, Flag> byPlural = new HashMap<>();
    private final Set<String> deprecated = new HashSet<>();

    FlagParser(List<Flag> flags) {
        this.flags = List.copyOf(flags);
        for (Flag flag : flags) {
            flag.options().forEach(option -> byOption.put(option, flag));
            flag.spellings().deprecated().forEach(name -> deprecated.add("--" + name));
            if (!flag.spellings().plural().isEmpty()) {
                byPlural.put("--" + flag.spellings().plural(), flag);
            }
        }
    }

    GivenFlags parse(List<String> arguments, Map<String, String> environment) throws UsageException {
        CommandLine.ParseResult result;
        try {
            result = commandLine().parseArgs(singular(arguments).toArray(String[]::new));
        } catch (CommandLine.UnmatchedArgumentException unmatched) {
            throw unknown(unmatched.getUnmatched().getFirst());
        } catch (CommandLine.MissingParameterException missing) {
            throw new UsageException("%s: its value is missing".formatted(optionOf(missing)));
        } catch (CommandLine.ParameterException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        }
        Map<Flag, List<String>> given = new LinkedHashMap<>();
        // As in kaniko, an empty value is none; for its helpers it says that none is asked.
        // An option is listed once for each time that it is written, every time with all its values.
        for (OptionSpec option : result.matchedOptions()) {
            Flag flag = (Flag) option.userObject();
            List<String> values = option.stringValues().stream()
                    .filter(value -> !value.isEmpty() || flag.equals(RegistryFlags.CREDENTIAL_HELPERS))
                    .toList();
            if (!values.isEmpty()) {
                given.put(flag, values);
            }
        }
        return new GivenFlags(given, environment, warnings(arguments));
    }

    private CommandLine commandLine() {
        CommandSpec command = CommandSpec.wrapWithoutInspection(null, LISTS).name("executor");
        for (Flag flag : flags) {
            command.addOption(OptionSpec.builder(flag.options().toArray(String[]::new))
                    .arity("1")
                    .type(List.class)
                    .auxiliaryTypes(String.class)
                    .userObject(flag)
                    .build());
        }
        return new CommandLine(command, LISTS).setExpandAtFiles(false).setOverwrittenOptionsAllowed(true);
    }

    /** Every switch gets its value, every plural flag becomes its singular one for each item. */
    private List<String> singular(List<String> arguments) {
        List<String> singular = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String option = equals < 0 ? argument : argument.substring(0, equals);
            Flag plural = byPlural.get(option);
            if (plural != null) {
                List<String> items = new ArrayList<>();
                if (equals >= 0) {
                    items.add(argument.substring(equals + 1));
                }
                while (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
                    items.add(arguments.get(++i));
                }
                items.stream()
                        .flatMap(String::lines)
                        .map(String::strip)
                        .forEach(item -> singular.add(plural + "=" + item));
            } else if (equals < 0
                    && byOption.containsKey(option)
                    && byOption.get(option).kind() == Flag.Kind.SWITCH) {
                singular.add(option + "=true");
            } else {
                singular.add(argument);
            }
        }
        return singular;
    }

    private List<String> warnings(List<String> arguments) {
        return arguments.stream()
                .map(argument -> argument.split("=", 2)[0])
                .filter(deprecated::contains)
                .distinct()
                .map(option -> "%s is deprecated: use %s".formatted(option, byOption.get(option)))
                .toList();
    }

    private UsageException unknown(String argument) {
        if (!argument.startsWith("-") || argument.equals("-")) {
            return new UsageException(
                    "unexpected argument \"%s\": values follow their flags, --flag=value or --flag value"
                            .formatted(argument));
        }
        String option = argument.split("=", 2)[0];
        return new UsageException("unknown flag \"%s\"; did you mean \"%s\"?"
                .formatted(option, Spelling.closest(option, byOption.keySet())));
    }

    private static String optionOf(CommandLine.MissingParameterException missing) {
        return missing.getMissing().stream()
                .map(argument -> argument instanceof OptionSpec option
                        ? String.valueOf(option.userObject())
                        : argument.paramLabel())
                .findFirst()
                .orElse("a flag");
    }
}
