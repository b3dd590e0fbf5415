package dev.slipway.attest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A Linux distribution, as {@code os-release} names it.
 *
 * @param id such as {@code debian}; empty where nothing says it
 * @param versionId such as {@code 12}; may be empty
 */
public record Distribution(String id, String versionId) {
    /** No os-release. */
    public static final Distribution UNKNOWN = new Distribution("", "");

    static boolean isRelease(String path) {
        return path.equals("etc/os-release") || path.equals("usr/lib/os-release");
    }

    static Distribution parse(InputStream in) throws IOException {
        Map<String, String> values = new HashMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                values.put(line.substring(0, equals), line.substring(equals + 1).replaceAll("^[\"']|[\"']$", ""));
            }
        }
        return new Distribution(values.getOrDefault("ID", ""), values.getOrDefault("VERSION_ID", ""));
    }

    /** The package, with the distribution in its package URL where it is one of a distribution's own. */
    SoftwarePackage of(SoftwarePackage found) {
        boolean own = switch (found.kind()) {
            case "deb", "apk", "rpm" -> true;
            default -> false;
        };
        if (!own || id.isEmpty()) {
            return found;
        }
        Map<String, String> qualifiers = new HashMap<>(found.qualifiers());
        qualifiers.put("distro", versionId.isEmpty() ? id : id + "-" + versionId);
        return new SoftwarePackage(
                found.kind(), id, found.name(), found.version(), found.licenses(), qualifiers, found.foundIn());
    }
}
