package dev.slipway.attest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What npm has installed, by each package's own {@code package.json}, and what its lock files name. */
final class NodePackages {
    private static final Pattern INSTALLED = Pattern.compile("(.*/)?node_modules/(@[^/]+/)?[^/@.][^/]*/package\\.json");
    private static final String MODULES = "node_modules/";

    private NodePackages() {}

    static boolean isManifest(String path) {
        return isLock(path) || INSTALLED.matcher(path).matches();
    }

    private static boolean isLock(String path) {
        return path.equals("package-lock.json")
                || path.endsWith("/package-lock.json")
                || path.endsWith("/npm-shrinkwrap.json");
    }

    static List<SoftwarePackage> read(String path, InputStream in) throws IOException {
        JsonNode json;
        try {
            json = new JsonMapper().readTree(in.readAllBytes());
        } catch (JsonProcessingException e) {
            throw new MalformedPackagesException("not JSON: " + e.getOriginalMessage());
        } catch (CharConversionException e) {
            throw new MalformedPackagesException("not JSON: " + e.getMessage());
        }
        List<SoftwarePackage> packages = new ArrayList<>();
        if (!isLock(path)) {
            add(
                    json.path("name").asText(),
                    json.path("version").asText(),
                    license(json.path("license")),
                    path,
                    packages);
        } else if (json.has("packages")) {
            for (Map.Entry<String, JsonNode> entry : json.path("packages").properties()) {
                int modules = entry.getKey().lastIndexOf(MODULES);
                if (modules >= 0 && !entry.getValue().path("link").asBoolean()) {
                    add(
                            entry.getValue().path("name").asText(entry.getKey().substring(modules + MODULES.length())),
                            entry.getValue().path("version").asText(),
                            license(entry.getValue().path("license")),
                            path,
                            packages);
                }
            }
        } else {
            addDependencies(json, path, packages);
        }
        return packages;
    }

    /** The first version of the format nests what is installed below what needs it. */
    private static void addDependencies(JsonNode json, String path, List<SoftwarePackage> packages) {
        for (Map.Entry<String, JsonNode> entry : json.path("dependencies").properties()) {
            add(entry.getKey(), entry.getValue().path("version").asText(), Optional.empty(), path, packages);
            addDependencies(entry.getValue(), path, packages);
        }
    }

    private static Optional<String> license(JsonNode license) {
        String text = license.isObject() ? license.path("type").asText() : license.asText();
        return Optional.of(text).filter(known -> !known.isEmpty());
    }

    private static void add(
            String name, String version, Optional<String> license, String path, List<SoftwarePackage> packages) {
        if (name.isEmpty() || version.isEmpty()) {
            return;
        }
        int slash = name.indexOf('/');
        packages.add(new SoftwarePackage(
                "npm",
                slash < 0 ? "" : name.substring(0, slash),
                name.substring(slash + 1),
                version,
                license,
                Map.of(),
                path));
    }
}
