package dev.slipway.cli;

import dev.slipway.cli.DoctorSection.Finding;
import dev.slipway.posix.CallingThread;
import dev.slipway.rootfs.InPlaceTerms;
import dev.slipway.rootfs.Isolation;
import dev.slipway.rootfs.IsolationTable;
import dev.slipway.sandbox.Capability;
import dev.slipway.sandbox.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code doctor} says of the machine: where we run, which kinds of isolation it allows, which capabilities. */
final class MachineExaminations {
    private final GivenFlags flags;
    private final Path workingDirectory;

    MachineExaminations(GivenFlags flags, Path workingDirectory) {
        this.flags = flags;
        this.workingDirectory = workingDirectory;
    }

    DoctorSection environment() throws IOException {
        Container container = Container.look(flags.environment());
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.fact("Slipway", Version.current()));
        findings.add(Finding.fact("kernel", System.getProperty("os.version") + ", " + System.getProperty("os.arch")));
        findings.add(Finding.fact("user", "uid " + CallingThread.effectiveUserId()));
        findings.add(
                container.isOne()
                        ? Finding.yes("container", container.sign().orElseThrow())
                        : Finding.no("container", "nothing shows one: building in place asks for --force"));
        for (String fact : List.of("Seccomp", "NoNewPrivs")) {
            status(fact).ifPresent(value -> findings.add(Finding.fact(fact, meaning(fact, value))));
        }
        findings.add(Finding.fact("own directory", directory().toString()));
        return new DoctorSection("Environment", "environment", findings);
    }

    private static String meaning(String fact, String value) {
        return switch (fact + value) {
            case "Seccomp0" -> "off: no profile filters system calls";
            case "Seccomp2" -> "on: a profile filters system calls";
            case "NoNewPrivs0" -> "off: sudo and ping work after USER";
            case "NoNewPrivs1" -> "on (allowPrivilegeEscalation: false): sudo, ping and the like fail after USER";
            default -> value;
        };
    }

    private static Optional<String> status(String name) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst();
        }
    }

    private Path directory() {
        return new OwnPlaces(flags, workingDirectory, BuildCommand.MOUNT_TABLE).directory();
    }

    DoctorSection isolation() throws IOException, UsageException {
        InPlaceTerms terms = new InPlaceTerms(Container.look(flags.environment()), flags.on(RunFlags.FORCE));
        Path work = directory().resolve("work");
        IsolationTable table;
        Path scratch;
        try {
            Files.createDirectories(work);
            scratch = Files.createTempDirectory(work, "doctor");
        } catch (IOException refused) {
            return new DoctorSection(
                    "Isolation",
                    "isolation",
                    List.of(Finding.no(
                            "work directory",
                            "\"%s\" can't be written: %s; choose another with --slipway-dir"
                                    .formatted(work, Failures.reason(refused)))));
        }
        try {
            table = IsolationTable.examine(scratch, terms);
        } finally {
            Files.delete(scratch);
        }
        List<Finding> findings = new ArrayList<>();
        for (IsolationTable.Row row : table.rows()) {
            findings.add(row.refusal()
                    .map(why -> Finding.no(row.kind().toString(), "needs %s: %s".formatted(row.needs(), why)))
                    .orElseGet(() -> Finding.yes(row.kind().toString(), "needs " + row.needs())));
        }
        findings.add(
                Finding.fact(
                        "auto",
                        table.best()
                                .map(Isolation::toString)
                                .map("takes %s"::formatted)
                                .orElse(
                                        "takes nothing: RUN ends with exit code 71; a Dockerfile without RUN builds all the same")));
        return new DoctorSection("Isolation", "isolation", findings);
    }

    DoctorSection capabilities() {
        List<Finding> findings = Arrays.stream(Capability.values())
                .map(capability -> capability.isHeld()
                        ? Finding.yes(capability.fullName(), "")
                        : Finding.no(capability.fullName(), "without it " + capability.consequence()))
                .collect(Collectors.toCollection(ArrayList::new));
        findings.add(Finding.fact(
                "in place",
                Capability.NEEDED_IN_PLACE.stream().map(Capability::name).collect(Collectors.joining(", "))
                        + " are what ordinary builds need"));
        return new DoctorSection("Capabilities", "capabilities", findings);
    }
}
