package dev.slipway.image;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a manifest or index says of another document or blob (OCI image-spec, "Descriptors").
 *
 * @param sizeBytes how many bytes the digest names
 * @param urls where foreign layers come from
 * @param platform in an index, what the image runs on
 * @param artifactType of a manifest that is no image
 */
public record Descriptor(
        String mediaType,
        Digest digest,
        long sizeBytes,
        List<String> urls,
        Map<String, String> annotations,
        Optional<Platform> platform,
        Optional<String> artifactType) {

    public Descriptor {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("the size of %s is %d, below 0".formatted(digest, sizeBytes));
        }
        urls = List.copyOf(urls);
        annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    public static Descriptor of(String mediaType, Digest digest, long sizeBytes) {
        return new Descriptor(mediaType, digest, sizeBytes, List.of(), Map.of(), Optional.empty(), Optional.empty());
    }

    /** The descriptor of {@code content}, digested with SHA-256. */
    public static Descriptor of(String mediaType, byte[] content) {
        return of(mediaType, Digest.of(content), content.length);
    }

    public Descriptor withMediaType(String other) {
        return new Descriptor(other, digest, sizeBytes, urls, annotations, platform, artifactType);
    }

    public Descriptor withPlatform(Platform other) {
        return new Descriptor(mediaType, digest, sizeBytes, urls, annotations, Optional.of(other), artifactType);
    }

    public Descriptor withAnnotations(Map<String, String> other) {
        return new Descriptor(mediaType, digest, sizeBytes, urls, other, platform, artifactType);
    }

    public Descriptor withArtifactType(String other) {
        return new Descriptor(mediaType, digest, sizeBytes, urls, annotations, platform, Optional.of(other));
    }
}
