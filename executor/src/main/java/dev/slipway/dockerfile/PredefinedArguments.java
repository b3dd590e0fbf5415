package dev.slipway.dockerfile;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The global arguments that need no declaration in FROM, and a bare ARG in a stage. */
public final class PredefinedArguments {
    /** Reach each RUN in both cases of letters; nothing else sees them unless they are declared. */
    public static final Set<String> PROXIES = Set.of(
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "FTP_PROXY",
            "ftp_proxy",
            "NO_PROXY",
            "no_proxy",
            "ALL_PROXY",
            "all_proxy");

    private PredefinedArguments() {}

    /**
     * BUILD* and TARGET*; all are set, some to nothing.
     *
     * @param buildPlatform {@code os/arch} or {@code os/arch/variant}
     * @param targetPlatform the same
     * @param targetStage the name of the stage that is built, {@code default} if it has none
     */
    public static Map<String, String> of(String buildPlatform, String targetPlatform, String targetStage) {
        Map<String, String> arguments = new LinkedHashMap<>();
        add(arguments, "BUILD", buildPlatform);
        add(arguments, "TARGET", targetPlatform);
        arguments.put("TARGETSTAGE", targetStage);
        return Map.copyOf(arguments);
    }

    private static void add(Map<String, String> arguments, String prefix, String platform) {
        String[] parts = platform.split("/", 3);
        arguments.put(prefix + "PLATFORM", platform);
        arguments.put(prefix + "OS", parts[0]);
        arguments.put(prefix + "OSVERSION", "");
        arguments.put(prefix + "ARCH", parts.length > 1 ? parts[1] : "");
        arguments.put(prefix + "VARIANT", parts.length > 2 ? parts[2] : "");
    }
}
