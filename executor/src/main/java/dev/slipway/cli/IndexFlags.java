package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;

import java.util.List;

/** What an index is made of. */
final class IndexFlags {
    static final Flag IMAGE = repeated("image", "REF", "An image, or an index, that was pushed before.")
            .shortName("i")
            .plural("images");
    static final Flag IMAGE_METADATA_FILE = repeated(
                    "image-metadata-file", "PATH", "The --metadata-file of a build, instead of --image.")
            .plural("image-metadata-files");

    static final List<Flag> ALL = List.of(IMAGE, IMAGE_METADATA_FILE);

    private IndexFlags() {}
}
