package dev.slipway.publish;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.Platform;
import dev.slipway.registry.ImageReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is published under one name: an image, or an index of several with their attestations; and what refers to it.
 *
 * @param index where there are several manifests
 * @param manifests every manifest that the index names, else the one image
 * @param referrers what refers to the index or to its manifests, the same in every repository
 * @param signatures what is different in each repository, as it names it
 * @param entry what a layout's {@code index.json} adds to the descriptor of the whole: {@code index-descriptor:}
 *     annotations, or {@code manifest-descriptor:} ones of a single image
 * @param files documents about it that are wanted as files, too
 */
public record Publication(
        Optional<ImageIndex> index,
        List<PublishableImage> manifests,
        List<Referrer> referrers,
        Signatures signatures,
        Map<String, String> entry,
        Origins origins,
        Map<Path, byte[]> files) {

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
    public record Referrer(PublishableImage artifact, Descriptor listed, Optional<String> tag) {
        Digest subject() {
            return artifact.manifest().subject().orElseThrow().digest();
        }
    }

    /** Signs what is published for a repository. */
    @FunctionalInterface
    public interface Signatures {
        /** No signatures. */
        Signatures NONE = (publication, repository) -> List.of();

        List<Referrer> of(Publication publication, ImageReference repository);
    }

    public Publication {
        manifests = List.copyOf(manifests);
        referrers = List.copyOf(referrers);
        entry = Map.copyOf(entry);
        files = Map.copyOf(files);
        if (index.isEmpty() && manifests.size() != 1) {
            throw new IllegalArgumentException("%d manifests need an index".formatted(manifests.size()));
        }
    }

    /** One image under its own digest. */
    public static Publication of(PublishableImage image) {
        return of(Optional.empty(), List.of(image));
    }

    static Publication of(Optional<ImageIndex> index, List<PublishableImage> manifests) {
        return new Publication(index, manifests, List.of(), Signatures.NONE, Map.of(), Origins.UNKNOWN, Map.of());
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

    /**
     * Several manifests under one name. The index is of Docker's family, which has no annotations, only if every
     * manifest is.
     */
    public static Publication indexOf(List<Entry> entries, Map<String, String> annotations) {
        boolean docker = annotations.isEmpty()
                && entries.stream()
                        .allMatch(entry -> entry.image().manifest().family() == MediaFamily.DOCKER
                                && entry.described().annotations().isEmpty());
        ImageIndex index = ImageIndex.create(
                docker ? MediaFamily.DOCKER : MediaFamily.OCI,
                entries.stream().map(Entry::described).toList(),
                annotations);
        return of(Optional.of(index), entries.stream().map(Entry::image).toList());
    }

    public Publication withEntry(Map<String, String> annotations) {
        return new Publication(index, manifests, referrers, signatures, annotations, origins, files);
    }

    public Publication withOrigins(Origins other) {
        return new Publication(index, manifests, referrers, signatures, entry, other, files);
    }

    public Publication withSignatures(Signatures other) {
        return new Publication(index, manifests, referrers, other, entry, origins, files);
    }

    public Publication withFiles(Map<Path, byte[]> other) {
        return new Publication(index, manifests, referrers, signatures, entry, origins, other);
    }

    public Publication with(Referrer referrer) {
        List<Referrer> longer = new ArrayList<>(referrers);
        longer.add(referrer);
        return new Publication(index, manifests, longer, signatures, entry, origins, files);
    }

    /** The same as it is published in one repository: signed. */
    Publication in(ImageReference repository) {
        List<Referrer> all = new ArrayList<>(referrers);
        all.addAll(signatures.of(this, repository));
        return new Publication(index, manifests, all, Signatures.NONE, entry, origins, files);
    }

    /** The same as a file has it, under the first of its names. */
    Publication in(List<ImageReference> names) {
        return names.isEmpty() ? this : in(names.getFirst());
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
