package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;
import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** How the image and its layers are made. */
final class ImageFlags {
    static final Flag LABEL =
            repeated("label", "KEY=VALUE", "A label of the image.").plural("labels");
    static final Flag ANNOTATION = repeated(
                    "annotation",
                    "[TYPE[PLATFORM]:]KEY=VALUE",
                    "An annotation; TYPE is manifest (where nothing is said), index, manifest-descriptor or index-descriptor.")
            .plural("annotations");
    static final Flag IMAGE_FORMAT = value(
            "image-format", "docker|oci", "Media types of manifest, config and layers; without it the base's, or OCI.");
    static final Flag COMPRESSION =
            value("compression", "gzip|zstd", "How layers are compressed.").defaultsTo("gzip");
    static final Flag COMPRESSION_LEVEL =
            value("compression-level", "N", "How hard layers are compressed.").defaultsTo("-1");
    static final Flag SINGLE_SNAPSHOT = toggle("single-snapshot", "One layer for all steps of the final stage.");
    static final Flag REPRODUCIBLE =
            toggle("reproducible", "Strip times, so that the same input gives the same digest.");
    static final Flag REWRITE_TIMESTAMP =
            toggle("rewrite-timestamp", "File times newer than SOURCE_DATE_EPOCH become it.");
    static final Flag IGNORE_PATH = repeated("ignore-path", "PATH", "Never goes into a layer.");
    static final Flag IGNORE_VAR_RUN = toggle(
                    "ignore-var-run",
                    "If given, /var/run never goes into a layer; by default only what is mounted there doesn't.")
            .defaultsTo("true")
            .deprecated("whitelist-var-run");
    static final Flag SNAPSHOT_MODE = value(
                    "snapshot-mode", "full|redo|time", "Accepted: changes are found by ctime, as exactly as with full.")
            .defaultsTo("full")
            .deprecated("snapshotMode")
            .withoutEffect("changes are found by ctime and contents, at least as exactly as with full");
    static final Flag USE_NEW_RUN = toggle("use-new-run", "Accepted, without effect.")
            .withoutEffect("changes are found by ctime and contents, whatever it says");
    static final Flag SKIP_UNUSED_STAGES = toggle("skip-unused-stages", "Accepted: unused stages are never built.")
            .withoutEffect("stages that the target doesn't need are never built");
    static final Flag FORCE_BUILD_METADATA = toggle("force-build-metadata", "Accepted, without effect.")
            .withoutEffect("an instruction that changes no file needs no layer; its history is always written");

    static final List<Flag> ALL = List.of(
            LABEL,
            ANNOTATION,
            IMAGE_FORMAT,
            COMPRESSION,
            COMPRESSION_LEVEL,
            SINGLE_SNAPSHOT,
            REPRODUCIBLE,
            REWRITE_TIMESTAMP,
            IGNORE_PATH,
            IGNORE_VAR_RUN,
            SNAPSHOT_MODE,
            USE_NEW_RUN,
            SKIP_UNUSED_STAGES,
            FORCE_BUILD_METADATA);

    private ImageFlags() {}
}
