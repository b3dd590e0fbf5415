package dev.slipway.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A root directory with a static BusyBox and nothing else. */
final class BusyBoxRoot {
    private static final List<String> APPLETS = List.of(
            "awk",
            "cat",
            "cut",
            "df",
            "tail",
            "chmod",
            "dd",
            "echo",
            "env",
            "grep",
            "hostname",
            "id",
            "kill",
            "ls",
            "ln",
            "mkdir",
            "mount",
            "ps",
            "pwd",
            "readlink",
            "rm",
            "seq",
            "setsid",
            "sh",
            "sleep",
            "stat",
            "touch",
            "tr",
            "true",
            "wc");

    private BusyBoxRoot() {}

    static Path make(Path root) throws IOException {
        Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(root.resolve("bin/" + applet), Path.of("busybox"));
        }
        return root;
    }
}
