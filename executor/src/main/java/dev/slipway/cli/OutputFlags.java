package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;
import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** Where the image goes and what is written about it. */
final class OutputFlags {
    static final Flag DESTINATION = repeated(
                    "destination", "REF", "Where to push the image; required unless --no-push.")
            .shortName("d")
            .plural("destinations");
    static final Flag NO_PUSH = toggle("no-push", "Build only.").variable("KANIKO_NO_PUSH");
    static final Flag TAR_PATH =
            value("tar-path", "PATH", "Write an archive for docker load, too.").deprecated("tarPath");
    static final Flag OCI_LAYOUT_PATH = value("oci-layout-path", "PATH", "Write an OCI image layout, too.");
    static final Flag DIGEST_FILE =
            value("digest-file", "PATH", "Write the image's digest to a file or an object (docs/object-stores.md).");
    static final Flag IMAGE_NAME_WITH_DIGEST_FILE = value(
            "image-name-with-digest-file",
            "PATH",
            "Write REPOSITORY@DIGEST for each destination to a file or an object (docs/object-stores.md).");
    static final Flag IMAGE_NAME_TAG_WITH_DIGEST_FILE = value(
            "image-name-tag-with-digest-file",
            "PATH",
            "Write REPOSITORY:TAG@DIGEST for each destination to a file or an object (docs/object-stores.md).");
    static final Flag IIDFILE =
            value("iidfile", "PATH", "Write the image's ID to a file or an object (docs/object-stores.md).");
    static final Flag METADATA_FILE = value(
            "metadata-file", "PATH", "Write what was built, as JSON, to a file or an object (docs/object-stores.md).");
    static final Flag RESULT = repeated("result", "NAME=PATH", "Write one Tekton result.");
    static final Flag RESULTS_DIR = value("results-dir", "PATH", "Write all Tekton results.");
    static final Flag DOTENV =
            value("dotenv", "PATH", "Write a dotenv report for GitLab to a file or an object (docs/object-stores.md).");
    static final Flag REPORT = value("report", "PATH", "Write a report of the build as HTML, whichever way it ends.");
    static final Flag PROVENANCE = value(
            "provenance", "true|mode=min|max[,builder-id=ID]", "Say how the image was built, as SLSA provenance 1.0.");
    static final Flag SBOM =
            repeated("sbom", "true|spdx|cyclonedx,file=PATH", "Say what software is in the image; true is spdx.");
    static final Flag SIGN = value("sign", "KEY", "Sign as cosign does, with a key in a PEM file or env://VARIABLE.");
    static final Flag MATERIALIZE = toggle(
            "materialize", "In place: leave the target's complete filesystem in the executor's root, cached or not.");

    static final List<Flag> ALL = List.of(
            DESTINATION,
            NO_PUSH,
            TAR_PATH,
            OCI_LAYOUT_PATH,
            DIGEST_FILE,
            IMAGE_NAME_WITH_DIGEST_FILE,
            IMAGE_NAME_TAG_WITH_DIGEST_FILE,
            IIDFILE,
            METADATA_FILE,
            RESULT,
            RESULTS_DIR,
            DOTENV,
            REPORT,
            PROVENANCE,
            SBOM,
            SIGN,
            MATERIALIZE);

    /** Those of a command that pushes what is there already. */
    static final List<Flag> PUSHING = List.of(
            DESTINATION,
            DIGEST_FILE,
            IMAGE_NAME_WITH_DIGEST_FILE,
            IMAGE_NAME_TAG_WITH_DIGEST_FILE,
            IIDFILE,
            METADATA_FILE,
            RESULT,
            RESULTS_DIR,
            DOTENV);

    private OutputFlags() {}
}
