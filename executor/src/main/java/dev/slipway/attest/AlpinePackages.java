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

/** apk's database of what is installed: fields of one letter, a blank line after each package. */
final class AlpinePackages {
    private AlpinePackages() {}

    static boolean isDatabase(String path) {
        return path.equals("lib/apk/db/installed") || path.equals("usr/lib/apk/db/installed");
    }

    static List<SoftwarePackage> read(String path, InputStream in) throws IOException {
        List<SoftwarePackage> packages = new ArrayList<>();
        Map<Character, String> fields = new HashMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) {
                add(fields, path, packages);
                fields.clear();
            } else if (line.length() > 1 && line.charAt(1) == ':') {
                fields.putIfAbsent(line.charAt(0), line.substring(2));
            }
        }
        add(fields, path, packages);
        return packages;
    }

    private static void add(Map<Character, String> fields, String path, List<SoftwarePackage> packages) {
        String name = fields.getOrDefault('P', "");
        if (name.isEmpty()) {
            return;
        }
        Map<String, String> qualifiers = new HashMap<>();
        Optional.ofNullable(fields.get('A')).ifPresent(architecture -> qualifiers.put("arch", architecture));
        packages.add(new SoftwarePackage(
                "apk",
                "alpine",
                name,
                fields.getOrDefault('V', ""),
                Optional.ofNullable(fields.get('L')),
                qualifiers,
                path));
    }
}
