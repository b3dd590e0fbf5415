package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.registry.ImageReference;
import java.nio.file.Path;
import java.time.Duration;

/** What a log wants to know of a publication; called from any thread. */
public interface PublishListener {

    /** Says nothing. */
    PublishListener SILENT = new PublishListener() {};

    default void blobStarted(ImageReference destination, Descriptor blob) {}

    default void blobUploaded(ImageReference destination, Descriptor blob, Duration elapsed) {}

    /** The blob was there already, or was mounted; {@code reason} says which, in words. */
    default void blobSkipped(ImageReference destination, Descriptor blob, String reason) {}

    default void imagePushed(ImageReference destination, Digest digest, Duration elapsed) {}

    /** A file or directory holds the image; {@code format} is {@code docker archive} or {@code OCI layout}. */
    default void imageWritten(Path path, String format, Digest digest) {}

    default void warn(String text) {}
}
