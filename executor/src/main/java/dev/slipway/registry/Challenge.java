package dev.slipway.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a server wants to be told who we are: one challenge of a {@code WWW-Authenticate} header (RFC 9110, section
 * 11.6.1), of which one header may hold several.
 *
 * @param scheme in lower case
 * @param parameters by name in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {

    Challenge {
        parameters = Map.copyOf(parameters);
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    boolean isBearer() {
        return scheme.equals("bearer") && parameter("realm").isPresent();
    }

    boolean isBasic() {
        return scheme.equals("basic");
    }

    static List<Challenge> parse(List<String> headers) {
        List<Challenge> challenges = new ArrayList<>();
        for (String header : headers) {
            new Reader(header).readInto(challenges);
        }
        return challenges;
    }

    /** A forgiving reader: what it doesn't understand ends a header, it never fails. */
    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        void readInto(List<Challenge> challenges) {
            skip(" \t,");
            while (at < text.length()) {
                String scheme = token();
                if (scheme.isEmpty()) {
                    return;
                }
                challenges.add(new Challenge(scheme.toLowerCase(Locale.ROOT), parameters()));
                skip(" \t,");
            }
        }

        private Map<String, String> parameters() {
            Map<String, String> parameters = new TreeMap<>();
            while (true) {
                skip(" \t,");
                int start = at;
                String name = token();
                skip(" \t");
                if (name.isEmpty() || at >= text.length() || text.charAt(at) != '=') {
                    at = start; // the next challenge's scheme
                    return parameters;
                }
                at++;
                skip(" \t");
                parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), value());
            }
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                int start = at;
                while (at < text.length() && " \t,".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                return text.substring(start, at);
            }
            StringBuilder value = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
                at++;
            }
            // The closing quote may be missing.
            at = Math.min(at + 1, text.length());
            return value.toString();
        }

        private String token() {
            int start = at;
            while (at < text.length()
                    && (Character.isLetterOrDigit(text.charAt(at))
                            || "!#$%&'*+-.^_`|~".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            return text.substring(start, at);
        }

        private void skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }
    }
}
