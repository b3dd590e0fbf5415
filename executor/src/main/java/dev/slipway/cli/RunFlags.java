package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;
import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** Where and how commands run, and what is left behind. */
final class RunFlags {
    static final Flag ISOLATION = value(
                    "isolation", "auto|overlay|directory|in-place", "How a stage's root filesystem is made.")
            .defaultsTo("auto");
    static final Flag SLIPWAY_DIR = value("slipway-dir", "PATH", "Our own directory.")
            .alias("kaniko-dir")
            .variable("SLIPWAY_DIR", "KANIKO_DIR")
            .defaultsTo("/slipway");
    static final Flag FORCE = toggle("force", "Build outside a container, or with the whole machine as context.");
    static final Flag JOBS =
            value("jobs", "N", "How many stages are built at a time.").defaultsTo("1");
    static final Flag NETWORK = value("network", "default|none|host", "The network that RUN has.");
    static final Flag HOSTNAME = value("hostname", "NAME", "The host name that RUN sees.");
    static final Flag ADD_HOST = repeated("add-host", "NAME:ADDRESS", "A line for RUN's /etc/hosts.");
    static final Flag ULIMIT = repeated("ulimit", "NAME=SOFT[:HARD]", "A limit of RUN; -1 is none.");
    static final Flag SHM_SIZE = value("shm-size", "SIZE", "The size of RUN's /dev/shm; without it 64m.");
    static final Flag ALLOW = repeated("allow", "security.insecure", "What RUN --security may ask for.");
    static final Flag CLEANUP = toggle(
                    "cleanup",
                    "Remove our own leftovers at the end, too: what was kept for later builds outside --cache-dir.")
            .variable("KANIKO_CLEANUP");
    static final Flag PRE_CLEANUP = toggle(
                    "pre-cleanup", "In place: the files of the image that the executor was copied into may be removed.")
            .variable("KANIKO_PRE_CLEANUP");
    static final Flag PRESERVE_CONTEXT = toggle(
                    "preserve-context", "In place: put the executor's filesystem back at the end as it was before.")
            .variable("KANIKO_PRESERVE_CONTEXT");

    static final List<Flag> ALL = List.of(
            ISOLATION,
            SLIPWAY_DIR,
            FORCE,
            JOBS,
            NETWORK,
            HOSTNAME,
            ADD_HOST,
            ULIMIT,
            SHM_SIZE,
            ALLOW,
            CLEANUP,
            PRE_CLEANUP,
            PRESERVE_CONTEXT);

    private RunFlags() {}
}
