package dev.slipway.attest;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * Jars, and the jars within them, as Spring Boot packs them: by the {@code pom.properties} that Maven puts there, else
 * by the file's name. Read as a stream.
 */
final class JavaArchives {
    private static final int DEEPEST = 4;
    private static final int LARGEST_POM_BYTES = 1 << 20;
    private static final Pattern NAMED = Pattern.compile("(.+?)-(\\d[^/]*)\\.(jar|war|ear)");
    private static final Pattern POM = Pattern.compile("META-INF/maven/[^/]+/[^/]+/pom\\.properties");

    private JavaArchives() {}

    static boolean isArchive(String path) {
        return path.endsWith(".jar") || path.endsWith(".war") || path.endsWith(".ear");
    }

    static List<SoftwarePackage> read(String path, InputStream in) throws IOException {
        try {
            return read(path, path, in, 0);
        } catch (ZipException | EOFException | IllegalArgumentException broken) {
            throw new MalformedPackagesException("not a jar that can be read: " + broken.getMessage());
        }
    }

    private static List<SoftwarePackage> read(String path, String name, InputStream in, int depth) throws IOException {
        List<SoftwarePackage> packages = new ArrayList<>();
        List<SoftwarePackage> inner = new ArrayList<>();
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (POM.matcher(entry.getName()).matches()) {
                pom(zip, path).ifPresent(packages::add);
            } else if (isArchive(entry.getName()) && depth < DEEPEST) {
                inner.addAll(read(path, entry.getName(), new Unclosed(zip), depth + 1));
            }
        }
        if (packages.isEmpty()) {
            Matcher named = NAMED.matcher(name.substring(name.lastIndexOf('/') + 1));
            if (named.matches()) {
                packages.add(SoftwarePackage.of("maven", "", named.group(1), named.group(2), path));
            }
        }
        packages.addAll(inner);
        return packages;
    }

    private static Optional<SoftwarePackage> pom(ZipInputStream zip, String path) throws IOException {
        byte[] text = zip.readNBytes(LARGEST_POM_BYTES + 1);
        if (text.length > LARGEST_POM_BYTES) {
            throw new ZipException("it has a pom.properties of more than %d bytes".formatted(LARGEST_POM_BYTES));
        }
        Properties properties = new Properties();
        properties.load(new StringReader(new String(text, StandardCharsets.UTF_8)));
        String artifact = properties.getProperty("artifactId", "");
        return artifact.isEmpty()
                ? Optional.empty()
                : Optional.of(SoftwarePackage.of(
                        "maven",
                        properties.getProperty("groupId", ""),
                        artifact,
                        properties.getProperty("version", ""),
                        path));
    }

    /** The entry of an archive ends, the archive doesn't. */
    private static final class Unclosed extends FilterInputStream {
        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // the outer archive goes on
        }
    }
}
