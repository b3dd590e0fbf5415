package dev.slipway.build;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The proxies that build arguments name: every RUN sees them, in both cases, and no image holds them (spec: ARG). */
final class ProxyArguments {
    private static final List<String> NAMES =
            List.of("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy");

    private ProxyArguments() {}

    /**
     * Those that Docker's config.json sets, as arguments in both cases like Docker's (docker CLI, "Automatic proxy
     * configuration for containers"), without those that were given in either case.
     */
    static Map<String, String> configured(Map<String, String> proxies, Set<String> given) {
        Map<String, String> arguments = new LinkedHashMap<>();
        proxies.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            String upper = name.toUpperCase(Locale.ROOT);
            if (!given.contains(lower) && !given.contains(upper)) {
                arguments.put(upper, value);
                arguments.put(lower, value);
            }
        });
        return arguments;
    }

    static Map<String, String> variables(Map<String, String> arguments) {
        Map<String, String> variables = new LinkedHashMap<>();
        arguments.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (NAMES.contains(lower)) {
                variables.put(lower, value);
                variables.put(lower.toUpperCase(Locale.ROOT), value);
            }
        });
        return variables;
    }
}
