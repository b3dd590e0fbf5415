package dev.slipway.attest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lock files of Cargo, Poetry and uv, which are the same list of {@code [[package]]} tables, and Gradle's. */
final class LockFiles {
    private static final Pattern STRING = Pattern.compile("(name|version)\\s*=\\s*\"([^\"]*)\"\\s*");
    private static final Pattern GRADLE = Pattern.compile("([^:#=\\s]+):([^:=\\s]+):([^:=\\s]+)=.*");

    /** The project itself and its siblings in a workspace, which uv locks among what they depend on. */
    private static final Pattern UV_PROJECT = Pattern.compile("source\\s*=\\s*\\{\\s*(editable|virtual)\\s*=.*");

    private LockFiles() {}

    static boolean isLockFile(String path) {
        return switch (PackageCatalog.fileName(path)) {
            case "cargo.lock", "poetry.lock", "uv.lock", "gradle.lockfile" -> true;
            default -> false;
        };
    }

    static List<SoftwarePackage> read(String path, InputStream in) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        return switch (PackageCatalog.fileName(path)) {
            case "gradle.lockfile" -> gradle(path, lines);
            case "cargo.lock" -> tables("cargo", path, lines);
            default -> tables("pypi", path, lines);
        };
    }

    private static List<SoftwarePackage> gradle(String path, BufferedReader lines) throws IOException {
        List<SoftwarePackage> packages = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher locked = GRADLE.matcher(line);
            if (locked.matches()) {
                packages.add(SoftwarePackage.of("maven", locked.group(1), locked.group(2), locked.group(3), path));
            }
        }
        return packages;
    }

    private static List<SoftwarePackage> tables(String kind, String path, BufferedReader lines) throws IOException {
        List<SoftwarePackage> packages = new ArrayList<>();
        Optional<SoftwarePackage> locked = Optional.empty();
        String name = "";
        boolean inPackage = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("[")) {
                locked.ifPresent(packages::add);
                locked = Optional.empty();
                inPackage = line.strip().equals("[[package]]");
                name = "";
                continue;
            }
            if (!inPackage) {
                continue;
            }
            Matcher string = STRING.matcher(line);
            if (UV_PROJECT.matcher(line).matches()) {
                locked = Optional.empty();
            } else if (string.matches() && string.group(1).equals("name")) {
                name = string.group(2);
            } else if (string.matches() && !name.isEmpty()) {
                locked = Optional.of(SoftwarePackage.of(kind, "", name, string.group(2), path));
            }
        }
        locked.ifPresent(packages::add);
        return packages;
    }
}
