package dev.slipway.build;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The proxies that build arguments name: every RUN sees them, in both cases, and no image holds them (spec: ARG). */
final class ProxyArguments {
    private static final List<String> NAMES =
            List.of("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy");

    private ProxyArguments() {}

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
