package dev.slipway.cli;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.PublishListener;
import dev.slipway.registry.ImageReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/** What a publication does, as events. */
final class PublishEvents implements PublishListener {
    private final ProgressListener progress;

    PublishEvents(ProgressListener progress) {
        this.progress = progress;
    }

    @Override
    public void blobStarted(ImageReference destination, Descriptor blob) {
        progress.on(new BuildEvent.TransferStarted(push(destination, blob)));
    }

    @Override
    public void blobUploaded(ImageReference destination, Descriptor blob, Duration elapsed) {
        progress.on(new BuildEvent.TransferFinished(push(destination, blob), elapsed));
    }

    @Override
    public void blobSkipped(ImageReference destination, Descriptor blob, String reason) {
        progress.on(new BuildEvent.TransferSkipped(push(destination, blob), reason));
    }

    @Override
    public void imagePushed(ImageReference destination, Digest digest, Duration elapsed) {
        progress.on(new BuildEvent.ImagePushed(destination.toString(), digest.toString(), elapsed));
    }

    @Override
    public void imageWritten(Path path, String format, Digest digest) {
        progress.on(new BuildEvent.ImageWritten(path.toString(), format, digest.toString()));
    }

    @Override
    public void warn(String text) {
        progress.warn(text);
    }

    private static BuildEvent.Transfer push(ImageReference destination, Descriptor blob) {
        return new BuildEvent.Transfer(
                BuildEvent.Transfer.Direction.PUSH,
                blob.digest().toString(),
                destination.name(),
                OptionalLong.of(blob.sizeBytes()));
    }
}
