package dev.slipway.attest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A piece of software that some package manager knows.
 *
 * @param kind the type of its package URL: deb, apk, rpm, maven, npm, pypi, golang, cargo
 * @param namespace the part of a package URL before the name: a distribution, a group, a scope; may be empty
 * @param licenses as the package manager has them; may be empty
 * @param qualifiers of the package URL, such as the architecture
 * @param foundIn the file that tells of it, from the image's root
 */
public record SoftwarePackage(
        String kind,
        String namespace,
        String name,
        String version,
        Optional<String> licenses,
        Map<String, String> qualifiers,
        String foundIn)
        implements Comparable<SoftwarePackage> {

    public SoftwarePackage {
        qualifiers = Map.copyOf(qualifiers);
    }

    static SoftwarePackage of(String kind, String namespace, String name, String version, String foundIn) {
        return new SoftwarePackage(kind, namespace, name, version, Optional.empty(), Map.of(), foundIn);
    }

    /** Its name and nothing else of it, in one text (package-url specification). */
    public String packageUrl() {
        String space = namespace.isEmpty() ? "" : encoded(namespace).replace("%2F", "/") + "/";
        String more = new TreeMap<>(qualifiers)
                .entrySet().stream()
                        .map(qualifier -> qualifier.getKey() + "=" + encoded(qualifier.getValue()))
                        .collect(Collectors.joining("&"));
        return "pkg:%s/%s%s%s%s"
                .formatted(
                        kind,
                        space,
                        encoded(name),
                        version.isEmpty() ? "" : "@" + encoded(version),
                        more.isEmpty() ? "" : "?" + more);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%7E", "~")
                .replace("%3A", ":");
    }

    @Override
    public int compareTo(SoftwarePackage other) {
        return Comparator.comparing(SoftwarePackage::packageUrl)
                .thenComparing(SoftwarePackage::foundIn)
                .compare(this, other);
    }
}
