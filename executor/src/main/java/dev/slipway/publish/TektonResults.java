package dev.slipway.publish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.slipway.registry.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/**
 * What a Tekton Task tells about the image it pushed, under the names that Tekton Chains looks for. All results of a
 * Task share 4096 bytes of a pod's termination message with what Tekton itself says there.
 */
final class TektonResults {
    static final SequencedSet<String> NAMES = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(List.of(
            "IMAGE_URL",
            "IMAGE_DIGEST",
            "IMAGE_REF",
            "IMAGES",
            "image_ARTIFACT_OUTPUTS",
            "CHAINS-GIT_URL",
            "CHAINS-GIT_COMMIT",
            "BASE_IMAGES_DIGESTS",
            "SBOM_BLOB_URL",
            "CACHE_SUMMARY")));

    private static final List<String> BOM_TYPES = List.of("https://spdx.dev/Document", "https://cyclonedx.org/bom");
    private static final int LARGEST_BYTES = 3 * 1024;
    /** What is left out first where everything together is too much. */
    private static final List<String> DISPENSABLE = List.of("BASE_IMAGES_DIGESTS", "IMAGES");

    private final Map<String, String> values;

    private TektonResults(Map<String, String> values) {
        this.values = values;
    }

    /** Nothing is told of what did not happen: an image that wasn't pushed has no URL. */
    static TektonResults of(Publication publication, PublishRequest request) {
        Map<String, String> values = new LinkedHashMap<>();
        String digest = publication.digest().toString();
        if (request.push() && !request.destinations().isEmpty()) {
            ImageReference first = request.destinations().getFirst();
            String url = first.name() + ":" + first.tagOrLatest();
            values.put("IMAGE_URL", url);
            values.put("IMAGE_DIGEST", digest);
            values.put("IMAGE_REF", url + "@" + digest);
            values.put(
                    "IMAGES",
                    Reports.repositories(request.destinations()).stream()
                            .map(repository -> repository.name() + "@" + digest)
                            .collect(Collectors.joining(",")));
            values.put(
                    "image_ARTIFACT_OUTPUTS",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("uri", url)
                            .put("digest", digest)
                            .put("isBuildArtifact", "true")
                            .toString());
            sbom(publication)
                    .ifPresent(layer -> values.put(
                            "SBOM_BLOB_URL",
                            first.name() + "@" + layer.descriptor().digest()));
        }
        Origins origins = publication.origins();
        origins.gitUrl().ifPresent(url -> values.put("CHAINS-GIT_URL", url));
        origins.gitCommit().ifPresent(commit -> values.put("CHAINS-GIT_COMMIT", commit));
        if (!origins.baseImages().isEmpty()) {
            values.put("BASE_IMAGES_DIGESTS", String.join("\n", origins.baseImages()));
        }
        return new TektonResults(values);
    }

    private static Optional<PublishableImage.Layer> sbom(Publication publication) {
        return publication.manifests().stream()
                .filter(PublishableImage::isAttestation)
                .flatMap(attestation -> attestation.layers().stream())
                .filter(layer -> BOM_TYPES.contains(
                        layer.descriptor().annotations().getOrDefault("in-toto.io/predicate-type", "")))
                .findFirst();
    }

    /** The same without what is too much. */
    TektonResults fitting(Collection<String> wanted, PublishListener listener) {
        Map<String, String> fitting = new LinkedHashMap<>(values);
        fitting.keySet().retainAll(wanted);
        for (String name : DISPENSABLE) {
            if (sizeBytes(fitting) > LARGEST_BYTES && fitting.remove(name) != null) {
                listener.warn("the result %s is left out: all results of a Task must stay below 4096 bytes together"
                        .formatted(name));
            }
        }
        return new TektonResults(fitting);
    }

    private static int sizeBytes(Map<String, String> values) {
        return values.entrySet().stream()
                .mapToInt(value -> value.getKey().length() + value.getValue().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    /** Without line ends, as {@code $(results.X)} puts the value into other texts as it is. */
    void writeTo(Map<String, Path> files, String flag) throws IOException {
        for (Map.Entry<String, Path> file : files.entrySet()) {
            String value = values.get(file.getKey());
            if (value != null) {
                OutputFile.write(flag, file.getValue(), out -> out.write(value.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }
}
