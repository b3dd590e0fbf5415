package dev.slipway.context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code $NETRC} or {@code ~/.netrc}: logins by host, as curl and git read them. */
public final class Netrc {

    /** In quotes, curl takes blanks and escapes. */
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]++|\\\\.)*+)\"|\\S+");

    private static final Set<String> BEGINNINGS = Set.of("machine", "default");
    private static final Set<String> KEYWORDS = Set.of("machine", "login", "password", "account");

    private final Map<String, Login> machines;
    private final Optional<Login> fallback;

    private Netrc(Map<String, Login> machines, Optional<Login> fallback) {
        this.machines = machines;
        this.fallback = fallback;
    }

    /** A user and a password; never printed. */
    public record Login(String user, String password) {
        @Override
        public String toString() {
            return "***";
        }
    }

    /** The file that the environment leads to; without one there are no logins. */
    public static Netrc of(Map<String, String> environment) throws IOException {
        Optional<Path> file = Optional.ofNullable(environment.get("NETRC"))
                .filter(text -> !text.isEmpty())
                .or(() -> Optional.ofNullable(environment.get("HOME"))
                        .filter(text -> !text.isEmpty())
                        .map(home -> home + "/.netrc"))
                .map(Path::of);
        return file.isPresent() && Files.isReadable(file.get())
                ? parse(Files.readString(file.get()))
                : new Netrc(Map.of(), Optional.empty());
    }

    /** Reads the file's words; what isn't known, such as a port, is passed over. */
    static Netrc parse(String text) {
        Map<String, Login> machines = new LinkedHashMap<>();
        Optional<Login> fallback = Optional.empty();
        List<String> words = words(text);
        for (int at = 0; at < words.size(); ) {
            String host = words.get(at).equals("machine") && at + 1 < words.size() ? words.get(at + 1) : "";
            boolean entry = !host.isEmpty() || words.get(at).equals("default");
            at += host.isEmpty() ? 1 : 2;
            if (entry) {
                String user = "";
                String password = "";
                for (; at < words.size() && !BEGINNINGS.contains(words.get(at)); at++) {
                    String value = at + 1 < words.size() ? words.get(at + 1) : "";
                    switch (words.get(at)) {
                        case "login" -> {
                            user = value;
                            at++;
                        }
                        case "password" -> {
                            password = value;
                            at++;
                        }
                        case "account" -> at++; // for FTP
                        default -> {}
                    }
                }
                Login login = new Login(user, password);
                if (!host.isEmpty()) {
                    machines.putIfAbsent(host.toLowerCase(Locale.ROOT), login);
                } else if (fallback.isEmpty()) {
                    fallback = Optional.of(login);
                }
            }
        }
        return new Netrc(machines, fallback);
    }

    /** Without comments, and without macros, which end at an empty line. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        boolean macro = false;
        for (String line : text.split("\\R", -1)) {
            macro &= !line.isBlank();
            Matcher word = WORD.matcher(macro || line.strip().startsWith("#") ? "" : line);
            while (!macro && word.find()) {
                boolean value = !words.isEmpty() && KEYWORDS.contains(words.getLast());
                if (word.group().equals("macdef") && !value) {
                    macro = true;
                } else {
                    words.add(word.group(1) == null ? word.group() : unescaped(word.group(1)));
                }
            }
        }
        return words;
    }

    private static String unescaped(String quoted) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < quoted.length(); i++) {
            char next = quoted.charAt(i);
            if (next == '\\' && i + 1 < quoted.length()) {
                i++;
                next = switch (quoted.charAt(i)) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    default -> quoted.charAt(i);
                };
            }
            text.append(next);
        }
        return text.toString();
    }

    /** The login for a host, or the file's default. */
    public Optional<Login> login(String host) {
        return Optional.ofNullable(machines.get(host.toLowerCase(Locale.ROOT))).or(() -> fallback);
    }
}
