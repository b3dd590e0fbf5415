package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is published under one name: an image, or an index of several with their attestations; and what refers to it.
 *
 * @param index where there are several manifests
 * @param manifests every manifest that the index names, else the one image
 * @param referrers signatures and the like, whose subject is the index or the image
 * @param entry what a layout's {@code index.json} adds to the descriptor of the whole: {@code index-descriptor:}
 *     annotations, or {@code manifest-descriptor:} ones of a single image
 */
public record Publication(
        Optional<ImageIndex> index,
        List<PublishableImage> manifests,
        List<Referrer> referrers,
        Map<String, String> entry,
        Origins origins) {

    /** The artifact type of a signature as cosign has always written them. */
    public static final String COSIGN_SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json";

    /** The tag that cosign, podman and policy controllers look for a signature under. */
    public static String signatureTag(Digest subject) {
        return subject.algorithm() + "-" + subject.hex() + ".sig";
    }

    /**
     * Something that refers to what is published (OCI image-spec 1.1, "subject").
     *
     * @param listed what the referrers' list says of it
     * @param tag a name that it also has, as cosign's signatures do
     */
    public record Referrer(PublishableImage artifact, Descriptor listed, Optional<String> tag) {}

    public Publication {
        manifests = List.copyOf(manifests);
        referrers = List.copyOf(referrers);
        entry = Map.copyOf(entry);
        if (index.isEmpty() && manifests.size() != 1) {
            throw new IllegalArgumentException("%d manifests need an index".formatted(manifests.size()));
        }
    }

    /** One image under its own digest. */
    public static Publication of(PublishableImage image) {
        return new Publication(Optional.empty(), List.of(image), List.of(), Map.of(), Origins.UNKNOWN);
    }

    /**
     * A manifest as an index has it.
     *
     * @param described the descriptor, with platform and annotations
     */
    public record Entry(PublishableImage image, Descriptor described) {
        /** An image, under the platform that its config tells. */
        public static Entry of(PublishableImage image, Map<String, String> annotations) throws ImageFormatException {
            return new Entry(
                    image,
                    image.manifest().descriptor().withPlatform(image.platform()).withAnnotations(annotations));
        }
    }

    /** Several manifests under one name; the index is of Docker's family only if every manifest is. */
    public static Publication indexOf(List<Entry> entries, Map<String, String> annotations) {
        boolean docker = annotations.isEmpty()
                && entries.stream().allMatch(entry -> entry.image().manifest().family() == MediaFamily.DOCKER);
        ImageIndex index = ImageIndex.create(
                docker ? MediaFamily.DOCKER : MediaFamily.OCI,
                entries.stream().map(Entry::described).toList(),
                annotations);
        return new Publication(
                Optional.of(index), entries.stream().map(Entry::image).toList(), List.of(), Map.of(), Origins.UNKNOWN);
    }

    public Publication withEntry(Map<String, String> annotations) {
        return new Publication(index, manifests, referrers, annotations, origins);
    }

    public Publication withOrigins(Origins other) {
        return new Publication(index, manifests, referrers, entry, other);
    }

    public Publication with(Referrer referrer) {
        List<Referrer> longer = new ArrayList<>(referrers);
        longer.add(referrer);
        return new Publication(index, manifests, longer, entry, origins);
    }

    /** What the name stands for. */
    public Descriptor root() {
        return index.map(ImageIndex::descriptor)
                .orElseGet(() -> manifests.getFirst().manifest().descriptor());
    }

    /** The digest that the whole goes by. */
    public Digest digest() {
        return root().digest();
    }

    byte[] rootDocument() {
        return index.map(ImageIndex::raw)
                .orElseGet(() -> manifests.getFirst().manifest().raw());
    }

    /** The manifests that are images to run. */
    public List<PublishableImage> images() {
        return manifests.stream().filter(manifest -> !manifest.isAttestation()).toList();
    }

    /** The image that is shown where only one can be: this machine's, else the first. */
    PublishableImage shown() throws ImageFormatException {
        List<PublishableImage> images = images();
        for (Platform wanted : Platform.host().runnable()) {
            for (PublishableImage image : images) {
                if (wanted.matches(image.platform())) {
                    return image;
                }
            }
        }
        return images.isEmpty() ? manifests.getFirst() : images.getFirst();
    }
}
