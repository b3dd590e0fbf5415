package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.MediaFamily;
import dev.slipway.registry.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a layout's {@code oci-layout} and {@code index.json} say (OCI image-spec, "Image Layout"). */
final class LayoutIndex {
    static final String VERSION = "{\"imageLayoutVersion\":\"1.0.0\"}";
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    /** What containerd, and with it {@code docker load}, calls an image by. */
    private static final String IMAGE_NAME = "io.containerd.image.name";

    private LayoutIndex() {}

    /** The whole under the names of all destinations, once where there are none; then what refers to it, unnamed. */
    static byte[] of(Publication publication, List<ImageReference> names) throws ImageFormatException {
        Descriptor root = publication.index().isPresent()
                ? publication.root()
                : publication
                        .root()
                        .withPlatform(publication.manifests().getFirst().platform());
        List<Descriptor> entries = new ArrayList<>();
        for (ImageReference name : names) {
            Map<String, String> annotations = new TreeMap<>(publication.entry());
            annotations.put(IMAGE_NAME, name.name() + ":" + name.tagOrLatest());
            annotations.put(REF_NAME, name.tagOrLatest());
            Descriptor entry = root.withAnnotations(annotations);
            if (!entries.contains(entry)) {
                entries.add(entry);
            }
        }
        if (entries.isEmpty()) {
            entries.add(root.withAnnotations(publication.entry()));
        }
        publication.referrers().forEach(referrer -> entries.add(referrer.listed()));
        return ImageIndex.create(MediaFamily.OCI, entries, Map.of()).raw();
    }
}
