package dev.slipway.fuzz;

import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;

/** The documents that a registry sends. */
public final class ManifestFuzz {
    private ManifestFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        read(() -> Manifest.parse(input, MediaTypes.OCI_MANIFEST, "r/a:1"));
        read(() -> Manifest.parse(input, MediaTypes.DOCKER_MANIFEST, "r/a:1"));
        read(() -> ImageIndex.parse(input, MediaTypes.OCI_INDEX, "r/a:1"));
        read(() -> ImageIndex.parse(input, MediaTypes.DOCKER_INDEX, "r/a:1"));
        read(() -> ImageConfig.parse(input, "r/a:1"));
    }

    @FunctionalInterface
    private interface Reading {
        Object read() throws ImageFormatException;
    }

    private static void read(Reading reading) {
        try {
            if (reading.read().hashCode() == 0) {
                return;
            }
        } catch (ImageFormatException refused) {
            Declared.hasWords(refused);
        }
    }
}
