package dev.slipway.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The manifest of one image: its config and its layers (OCI image-spec, "Image Manifest"; Docker schema 2).
 *
 * <p>The bytes are kept as they came, since the image's digest is theirs.
 */
public final class Manifest {
    /** As much as registries must take (OCI distribution-spec, "Pushing Manifests"); nothing larger is read. */
    public static final int LARGEST_BYTES = 4 * 1024 * 1024;

    private final byte[] raw;
    private final Descriptor descriptor;
    private final Descriptor config;
    private final List<Descriptor> layers;
    private final Map<String, String> annotations;
    private final Optional<Descriptor> subject;

    private Manifest(
            byte[] raw,
            String mediaType,
            Descriptor config,
            List<Descriptor> layers,
            Map<String, String> annotations,
            Optional<Descriptor> subject) {
        this.raw = raw;
        this.descriptor = Descriptor.of(mediaType, raw);
        this.config = config;
        this.layers = List.copyOf(layers);
        this.annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
        this.subject = subject;
    }

    /**
     * Reads a manifest.
     *
     * @param mediaType what the server or the index called it; the document's own field, where it has one, must agree
     * @param source how messages name the document: a URL or a reference, with the digest
     */
    public static Manifest parse(byte[] raw, String mediaType, String source) throws ImageFormatException {
        Json json = Json.parse(raw, "manifest " + source, LARGEST_BYTES);
        String type = Documents.mediaType(json, mediaType, "manifest " + source);
        if (MediaTypes.isIndex(type)) {
            throw json.complaint("is an index of several images, not the manifest of one");
        }
        if (!MediaTypes.isManifest(type)) {
            throw json.complaint("is of the media type \"%s\", which is no image manifest".formatted(type));
        }
        Descriptor config = DescriptorJson.read(json.required("config"));
        Optional<Json> subject = json.object("subject");
        return new Manifest(
                raw.clone(),
                type,
                config,
                DescriptorJson.readAll(json, "layers"),
                json.stringMap("annotations"),
                subject.isPresent() ? Optional.of(DescriptorJson.read(subject.get())) : Optional.empty());
    }

    /** Writes the manifest of an image of {@code family}; descriptors must carry that family's media types already. */
    public static Manifest create(
            MediaFamily family, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
        ObjectNode root = Json.newObject();
        root.put("schemaVersion", 2);
        root.put("mediaType", family.manifest());
        root.set("config", DescriptorJson.write(config));
        DescriptorJson.writeAll(root, "layers", layers);
        DescriptorJson.writeAnnotations(root, annotations);
        return new Manifest(Json.writeIndented(root), family.manifest(), config, layers, annotations, Optional.empty());
    }

    /**
     * Writes the manifest of something that isn't an image, such as a signature (OCI image-spec 1.1, "Guidelines for
     * Artifact Usage").
     *
     * @param subject what it is about: registries list it among that manifest's referrers
     */
    public static Manifest createArtifact(
            String artifactType,
            Descriptor config,
            List<Descriptor> layers,
            Descriptor subject,
            Map<String, String> annotations) {
        ObjectNode root = Json.newObject();
        root.put("schemaVersion", 2);
        root.put("mediaType", MediaTypes.OCI_MANIFEST);
        root.put("artifactType", artifactType);
        root.set("config", DescriptorJson.write(config));
        DescriptorJson.writeAll(root, "layers", layers);
        root.set("subject", DescriptorJson.write(subject));
        DescriptorJson.writeAnnotations(root, annotations);
        return new Manifest(
                Json.writeIndented(root), MediaTypes.OCI_MANIFEST, config, layers, annotations, Optional.of(subject));
    }

    /** The document byte by byte; a copy. */
    public byte[] raw() {
        return raw.clone();
    }

    /** What an index, or a push, says of this manifest. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /** The SHA-256 of the document, by which the image goes. */
    public Digest digest() {
        return descriptor.digest();
    }

    public String mediaType() {
        return descriptor.mediaType();
    }

    public MediaFamily family() {
        return MediaFamily.of(mediaType()).orElseThrow();
    }

    public Descriptor config() {
        return config;
    }

    /** From the lowest layer to the topmost. */
    public List<Descriptor> layers() {
        return layers;
    }

    public Map<String, String> annotations() {
        return annotations;
    }

    /** The manifest that this one is about; an image is about none. */
    public Optional<Descriptor> subject() {
        return subject;
    }

    /** Whether it is an image to run; charts, signatures and attestations have other configs. */
    public boolean isImage() {
        return MediaTypes.isImageConfig(config.mediaType())
                && Optional.ofNullable(annotations.get("vnd.docker.reference.type"))
                        .isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Manifest manifest
                && mediaType().equals(manifest.mediaType())
                && Arrays.equals(raw, manifest.raw);
    }

    @Override
    public int hashCode() {
        return digest().hashCode();
    }

    @Override
    public String toString() {
        return "manifest " + digest();
    }
}
