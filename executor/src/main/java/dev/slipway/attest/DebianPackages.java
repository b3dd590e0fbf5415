package dev.slipway.attest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** dpkg's database, and the pieces of it that distroless images keep instead (deb-control(5)). */
final class DebianPackages {
    private static final String DIRECTORY = "var/lib/dpkg/";

    private DebianPackages() {}

    static boolean isStatus(String path) {
        return path.equals(DIRECTORY + "status")
                || (path.startsWith(DIRECTORY + "status.d/") && !path.endsWith(".md5sums"));
    }

    static List<SoftwarePackage> read(String path, InputStream in) throws IOException {
        List<SoftwarePackage> packages = new ArrayList<>();
        Map<String, String> fields = new HashMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) {
                add(fields, path, packages);
                fields.clear();
            } else if (line.charAt(0) != ' ' && line.charAt(0) != '\t') {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    fields.put(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                }
            }
        }
        add(fields, path, packages);
        return packages;
    }

    /** Those that are installed: dpkg remembers others, too, whose settings are left. */
    private static void add(Map<String, String> fields, String path, List<SoftwarePackage> packages) {
        String name = fields.getOrDefault("Package", "");
        String status = fields.getOrDefault("Status", "install ok installed");
        if (name.isEmpty() || !status.endsWith(" installed")) {
            return;
        }
        Map<String, String> qualifiers = new HashMap<>();
        Optional.ofNullable(fields.get("Architecture")).ifPresent(architecture -> qualifiers.put("arch", architecture));
        packages.add(new SoftwarePackage(
                "deb", "debian", name, fields.getOrDefault("Version", ""), Optional.empty(), qualifiers, path));
    }
}
