package dev.slipway.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Several images under one name, told apart by platform (OCI image-spec, "Image Index"; Docker's manifest list).
 *
 * <p>The bytes are kept as they came.
 */
public final class ImageIndex {
    private final byte[] raw;
    private final Descriptor descriptor;
    private final List<Descriptor> manifests;
    private final Map<String, String> annotations;

    private ImageIndex(byte[] raw, String mediaType, List<Descriptor> manifests, Map<String, String> annotations) {
        this.raw = raw;
        this.descriptor = Descriptor.of(mediaType, raw);
        this.manifests = List.copyOf(manifests);
        this.annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    /**
     * Reads an index.
     *
     * @param mediaType what the server called it
     * @param source how messages name the document: a URL or a reference, with the digest
     */
    public static ImageIndex parse(byte[] raw, String mediaType, String source) throws ImageFormatException {
        Json json = Json.parse(raw, "index " + source, Manifest.LARGEST_BYTES);
        String type = Documents.mediaType(json, mediaType, "index " + source);
        if (!MediaTypes.isIndex(type)) {
            throw json.complaint("is of the media type \"%s\", which is no image index".formatted(type));
        }
        return new ImageIndex(
                raw.clone(), type, DescriptorJson.readAll(json, "manifests"), json.stringMap("annotations"));
    }

    public static ImageIndex create(MediaFamily family, List<Descriptor> manifests, Map<String, String> annotations) {
        ObjectNode root = Json.newObject();
        root.put("schemaVersion", 2);
        root.put("mediaType", family.index());
        DescriptorJson.writeAll(root, "manifests", manifests);
        DescriptorJson.writeAnnotations(root, annotations);
        return new ImageIndex(Json.writeIndented(root), family.index(), manifests, annotations);
    }

    /**
     * The image that runs best on {@code wanted}: for exactly that platform, else for an older variant of it, else one
     * whose platform isn't said. Attestations and other artifacts don't count.
     */
    public Optional<Descriptor> select(Platform wanted) {
        List<Descriptor> images = images();
        for (Platform candidate : wanted.runnable()) {
            for (Descriptor image : images) {
                if (image.platform().isPresent()
                        && candidate.matches(image.platform().get())) {
                    return Optional.of(image);
                }
            }
        }
        return images.stream().filter(image -> image.platform().isEmpty()).findFirst();
    }

    /** The platforms on offer, for an error that says what there is. */
    public List<Platform> platforms() {
        return images().stream()
                .flatMap(image -> image.platform().stream())
                .distinct()
                .toList();
    }

    private List<Descriptor> images() {
        return manifests.stream()
                .filter(entry -> MediaTypes.isManifest(entry.mediaType())
                        && entry.artifactType().isEmpty())
                .filter(entry ->
                        !"attestation-manifest".equals(entry.annotations().get("vnd.docker.reference.type")))
                .filter(entry -> entry.platform()
                        .filter(platform -> platform.os().equals("unknown"))
                        .isEmpty())
                .toList();
    }

    /** The document byte by byte; a copy. */
    public byte[] raw() {
        return raw.clone();
    }

    public Descriptor descriptor() {
        return descriptor;
    }

    public Digest digest() {
        return descriptor.digest();
    }

    public String mediaType() {
        return descriptor.mediaType();
    }

    public MediaFamily family() {
        return MediaFamily.of(mediaType()).orElseThrow();
    }

    /** Every entry, attestations included. */
    public List<Descriptor> manifests() {
        return manifests;
    }

    public Map<String, String> annotations() {
        return annotations;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageIndex index
                && mediaType().equals(index.mediaType())
                && Arrays.equals(raw, index.raw);
    }

    @Override
    public int hashCode() {
        return digest().hashCode();
    }

    @Override
    public String toString() {
        return "index " + digest();
    }
}
