package dev.slipway.attest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What pip has installed, by its metadata (Python's core metadata specification), and pinned requirements. */
final class PythonPackages {
    private static final Pattern METADATA =
            Pattern.compile(".*(\\.dist-info/METADATA|\\.egg-info/PKG-INFO|\\.egg-info)");
    private static final Pattern REQUIREMENTS = Pattern.compile("(.*/)?requirements[^/]*\\.txt");
    private static final Pattern PINNED =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*)(?:\\[[^]]*])?\\s*==\\s*([^\\s;#\\\\]+).*");

    private PythonPackages() {}

    static boolean isMetadata(String path) {
        return METADATA.matcher(path).matches() || REQUIREMENTS.matcher(path).matches();
    }

    static List<SoftwarePackage> read(String path, InputStream in) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        return REQUIREMENTS.matcher(path).matches() ? requirements(path, lines) : metadata(path, lines);
    }

    private static List<SoftwarePackage> requirements(String path, BufferedReader lines) throws IOException {
        List<SoftwarePackage> packages = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher pinned = PINNED.matcher(line.strip());
            if (pinned.matches()) {
                packages.add(SoftwarePackage.of("pypi", "", normalized(pinned.group(1)), pinned.group(2), path));
            }
        }
        return packages;
    }

    /** Headers as those of a letter; the description follows a blank line. */
    private static List<SoftwarePackage> metadata(String path, BufferedReader lines) throws IOException {
        String name = "";
        String version = "";
        Optional<String> license = Optional.empty();
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            if (line.startsWith("Name: ")) {
                name = line.substring("Name: ".length()).strip();
            } else if (line.startsWith("Version: ")) {
                version = line.substring("Version: ".length()).strip();
            } else if (line.startsWith("License-Expression: ")) {
                license = Optional.of(
                        line.substring("License-Expression: ".length()).strip());
            } else if (line.startsWith("License: ") && license.isEmpty()) {
                license = Optional.of(line.substring("License: ".length()).strip());
            }
        }
        return name.isEmpty()
                ? List.of()
                : List.of(new SoftwarePackage("pypi", "", normalized(name), version, license, Map.of(), path));
    }

    /** As package URLs have it. */
    private static String normalized(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
    }
}
