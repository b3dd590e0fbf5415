package dev.slipway.rootfs;

import static java.util.Objects.requireNonNull;

import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.layer.Blob;
import dev.slipway.layer.BlobStore;
import dev.slipway.layer.LayerException;
import dev.slipway.layer.WrittenLayer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * One layer that a root filesystem is made of. Its blob is asked for only when its files are: not at all where another
 * build has extracted it already, or where nothing looks into it.
 *
 * @param descriptor the blob; its media type tells the compression
 * @param windows whether it is laid out as Windows images are
 */
public record ImageLayer(DiffId diffId, Descriptor descriptor, Source source, boolean windows) {

    /** Where the blob comes from: the store, or a registry. */
    @FunctionalInterface
    public interface Source {
        /** The blob's bytes as they are stored, so compressed. May be called more than once. */
        InputStream open() throws IOException;

        /**
         * Looks for another copy of a blob whose bytes turned out not to be its own.
         *
         * @return whether there is one, so that reading it once more is worth it
         */
        default boolean restore() throws IOException {
            return false;
        }
    }

    public ImageLayer(DiffId diffId, Descriptor descriptor, Source source) {
        this(diffId, descriptor, source, false);
    }

    public ImageLayer {
        requireNonNull(diffId, "diffId is null");
        requireNonNull(descriptor, "descriptor is null");
        requireNonNull(source, "source is null");
    }

    /** A layer whose blob lies in the store, such as one that this build wrote. */
    public static ImageLayer of(WrittenLayer layer, BlobStore store) {
        return new ImageLayer(layer.diffId(), layer.descriptor(), () -> openStored(layer.descriptor(), store));
    }

    /** Whether a failure is that one of the layers is damaged where it is kept, and is not any more. */
    public static boolean isRestored(IOException failure, List<ImageLayer> layers) throws IOException {
        if (failure instanceof LayerException known && known.damagedBlob().isPresent()) {
            for (ImageLayer layer : layers) {
                if (layer.descriptor().digest().equals(known.damagedBlob().get())) {
                    return layer.source().restore();
                }
            }
        }
        return false;
    }

    private static InputStream openStored(Descriptor descriptor, BlobStore store) throws IOException {
        Blob blob = store.find(descriptor.digest(), descriptor.sizeBytes())
                .orElseThrow(() -> new LayerException(
                        LayerException.Kind.ENVIRONMENT,
                        "the layer " + descriptor.digest() + " is gone from the content store \"" + store
                                + "\"; did something remove it while the build ran?"));
        return new FilterInputStream(blob.openStream()) {
            @Override
            public void close() {
                blob.close();
            }
        };
    }
}
