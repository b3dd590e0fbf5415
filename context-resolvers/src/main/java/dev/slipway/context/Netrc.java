package dev.slipway.context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code $NETRC} or {@code ~/.netrc}: logins by host, as curl and git read them. */
public final class Netrc {

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

    /** Reads the file's words; macros, which end at an empty line, are passed over. */
    static Netrc parse(String text) {
        Map<String, Login> machines = new LinkedHashMap<>();
        Optional<Login> fallback = Optional.empty();
        List<String> words = words(text);
        for (int i = 0; i < words.size(); i++) {
            boolean named = words.get(i).equals("machine") && i + 1 < words.size();
            if (!named && !words.get(i).equals("default")) {
                continue;
            }
            String host = named ? words.get(++i) : "";
            String user = "";
            String password = "";
            while (i + 2 < words.size()
                    && List.of("login", "password", "account").contains(words.get(i + 1))) {
                String value = words.get(i + 2);
                switch (words.get(i + 1)) {
                    case "login" -> user = value;
                    case "password" -> password = value;
                    default -> {} // an account is for FTP
                }
                i += 2;
            }
            Login login = new Login(user, password);
            if (named) {
                machines.putIfAbsent(host, login);
            } else if (fallback.isEmpty()) {
                fallback = Optional.of(login);
            }
        }
        return new Netrc(machines, fallback);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        boolean macro = false;
        for (String line : text.split("\n", -1)) {
            if (line.isBlank()) {
                macro = false;
            } else if (line.strip().startsWith("macdef")) {
                macro = true;
            } else if (!macro && !line.strip().startsWith("#")) {
                words.addAll(List.of(line.strip().split("\\s+")));
            }
        }
        return words;
    }

    /** The login for a host, or the file's default. */
    public Optional<Login> login(String host) {
        return Optional.ofNullable(machines.get(host)).or(() -> fallback);
    }
}
