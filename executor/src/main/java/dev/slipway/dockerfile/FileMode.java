package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The value of {@code --chmod}, as octal digits or as chmod's symbols, to be applied to each file that is copied. */
public sealed interface FileMode {
    /** The permission bits (07777) that a file with these gets; {@code X} gives execution to directories only, and to files that have it. */
    int apply(int permissions, boolean directory);

    /** Octal digits up to 7777. */
    record Octal(int permissions) implements FileMode {
        @Override
        public int apply(int before, boolean directory) {
            return permissions;
        }
    }

    /** Symbols: {@code u+x,go=rX}. */
    record Symbolic(List<Change> changes) implements FileMode {
        public Symbolic {
            changes = List.copyOf(changes);
        }

        @Override
        public int apply(int before, boolean directory) {
            int after = before & 07777;
            for (Change change : changes) {
                after = change.apply(after, directory);
            }
            return after;
        }
    }

    /**
     * One operation of a clause, as BSD's chmod reads them (BuildKit's does, too): the sticky bit is no part of what
     * others may do, so {@code o} neither sets it nor does {@code =} clear it.
     *
     * @param who the letters of u, g, o that it is for
     * @param operator {@code +}, {@code -} or {@code =}
     * @param what letters of rwxXst, or one of u, g, o to copy from
     * @param umask bits that it leaves alone because nobody was named
     */
    record Change(String who, char operator, String what, int umask) {
        int apply(int before, boolean directory) {
            int bits = 0;
            int affected = 0;
            for (char one : who.toCharArray()) {
                int shift = one == 'u' ? 6 : one == 'g' ? 3 : 0;
                affected |= 7 << shift | (one == 'u' ? 04000 : one == 'g' ? 02000 : 0);
                bits |= bitsFor(one, shift, before, directory);
            }
            bits &= ~umask;
            return switch (operator) {
                case '+' -> before | bits;
                case '-' -> before & ~bits;
                default -> before & ~(affected & ~umask) | bits;
            };
        }

        private int bitsFor(char one, int shift, int before, boolean directory) {
            int bits = 0;
            for (char letter : what.toCharArray()) {
                bits |= switch (letter) {
                    case 'r' -> 4 << shift;
                    case 'w' -> 2 << shift;
                    case 'x' -> 1 << shift;
                    case 'X' -> directory || (before & 0111) != 0 ? 1 << shift : 0;
                    case 's' -> one == 'u' ? 04000 : one == 'g' ? 02000 : 0;
                    case 't' -> one == 'o' ? 0 : 01000;
                    case 'u' -> (before >> 6 & 7) << shift;
                    case 'g' -> (before >> 3 & 7) << shift;
                    case 'o' -> (before & 7) << shift;
                    default -> 0;
                };
            }
            return bits;
        }
    }

    /** Reads an expanded {@code --chmod}; empty if it can't be one. */
    static Optional<FileMode> parse(String text) {
        if (text.matches("[0-7]{1,11}")) {
            long octal = Long.parseLong(text, 8);
            return octal <= 07777 ? Optional.of(new Octal((int) octal)) : Optional.empty();
        }
        Pattern operation = Pattern.compile("([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)");
        List<Change> changes = new ArrayList<>();
        for (String clause : text.split(",", -1)) {
            int operators = 0;
            while (operators < clause.length() && "ugoa".indexOf(clause.charAt(operators)) >= 0) {
                operators++;
            }
            String named = clause.substring(0, operators);
            String who = named.isEmpty() || named.contains("a") ? "ugo" : named;
            var matcher = operation.matcher(clause).region(operators, clause.length());
            int end = operators;
            while (matcher.lookingAt()) {
                changes.add(new Change(who, matcher.group(1).charAt(0), matcher.group(2), named.isEmpty() ? 022 : 0));
                end = matcher.end();
                matcher.region(end, clause.length());
            }
            if (end != clause.length() || end == operators) {
                return Optional.empty();
            }
        }
        return Optional.of(new Symbolic(changes));
    }

    /** An expanded value of {@code --chmod}, refused unless it is a mode; an empty one counts as not given. */
    static Optional<String> checked(InstructionSource source, Optional<String> chmod) throws DockerfileException {
        if (chmod.isPresent() && !chmod.get().isEmpty() && parse(chmod.get()).isEmpty()) {
            throw DockerfileException.atWord(
                    source,
                    "--chmod",
                    source.keyword() + " --chmod=" + chmod.get() + " is no mode",
                    "Expected octal digits up to 7777 (644, 0755) or symbols (u+x, go=rX).");
        }
        return chmod.filter(value -> !value.isEmpty());
    }
}
