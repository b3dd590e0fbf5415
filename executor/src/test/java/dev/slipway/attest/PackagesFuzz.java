package dev.slipway.attest;

import dev.slipway.fuzz.Declared;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/** The files that tell of an image's software, any of which a hostile base may hold; the first byte chooses the kind. */
public final class PackagesFuzz {
    private static final String PROGRAM = "usr/bin/program";
    private static final List<String> PATHS = List.of(
            "var/lib/rpm/rpmdb.sqlite",
            "var/lib/rpm/Packages.db",
            "var/lib/rpm/Packages",
            "var/lib/dpkg/status",
            "lib/apk/db/installed",
            "app/a-1.0.jar",
            "app/package-lock.json",
            "app/node_modules/a/package.json",
            "lib/a.dist-info/METADATA",
            "app/requirements.txt",
            "app/Cargo.lock",
            "app/gradle.lockfile",
            "app/go.mod",
            PROGRAM,
            "etc/os-release");

    private PackagesFuzz() {}

    /** The byte that stands in front of a file that lies at a path. */
    public static byte choice(String path) {
        return (byte) PATHS.indexOf(path);
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        String path = PATHS.get((input[0] & 0xFF) % PATHS.size());
        PackageCatalog catalog = new PackageCatalog();
        catalog.add(
                path, input.length - 1L, path.equals(PROGRAM), new ByteArrayInputStream(input, 1, input.length - 1));
        catalog.packages().forEach(each -> Declared.isSaid(each.packageUrl()));
        catalog.unread().forEach(Declared::isSaid);
    }
}
