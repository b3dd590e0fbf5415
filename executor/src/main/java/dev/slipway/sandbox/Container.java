package dev.slipway.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether this process lives in a container, told by what makes one: a root that is no disk's own root, and processes
 * that don't begin with the machine's first. Names of control groups are not looked at: they differ between run-times and
 * say nothing under cgroup v2.
 *
 * @param sign what showed it, in words; nothing if nothing did
 */
public record Container(Optional<String> sign) {
    /** File systems that run-times make containers' roots of, and that no installed machine boots from. */
    private static final List<String> ROOTS_OF_CONTAINERS =
            List.of("overlay", "aufs", "9p", "virtiofs", "fuse.fuse-overlayfs", "kataShared", "none", "gofer");

    /** The kernel's number of the process namespace that the machine itself starts in (PROC_PID_INIT_INO). */
    private static final String FIRST_PROCESSES = "pid:[4026531836]";

    /** Looks at this process. */
    public static Container look(Map<String, String> environment) {
        return look(Path.of("/proc/self"), environment);
    }

    static Container look(Path process, Map<String, String> environment) {
        String named = environment.getOrDefault("container", "");
        if (!named.isEmpty()) {
            return new Container(Optional.of("the variable container is \"%s\"".formatted(named)));
        }
        return new Container(byRoot(process).or(() -> byProcesses(process)));
    }

    /** Whether anything showed a container. */
    public boolean isOne() {
        return sign.isPresent();
    }

    private static Optional<String> byRoot(Path process) {
        for (String line : lines(process.resolve("mountinfo"))) {
            // proc(5): id, parent, device, root within the file system, place, options, optional fields, "-", type
            String[] fields = line.split(" ");
            int separator = List.of(fields).indexOf("-");
            if (fields.length > 5 && separator > 5 && separator + 1 < fields.length && fields[4].equals("/")) {
                String type = fields[separator + 1];
                if (ROOTS_OF_CONTAINERS.contains(type)) {
                    return Optional.of("its root is a mount of type " + type);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> byProcesses(Path process) {
        try {
            String namespace = Files.readSymbolicLink(process.resolve("ns/pid")).toString();
            return namespace.equals(FIRST_PROCESSES)
                    ? Optional.empty()
                    : Optional.of("its processes are numbered apart from the machine's");
        } catch (IOException | UnsupportedOperationException unknown) {
            // gVisor has no such link, and is told by its root.
            return Optional.empty();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }
}
