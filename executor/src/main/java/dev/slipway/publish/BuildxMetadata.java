package dev.slipway.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.image.Descriptor;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.Platform;
import dev.slipway.registry.ImageReference;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The JSON of {@code --metadata-file}, under the keys that buildx uses for a pushed image. {@code buildx.build.ref} is
 * none of them: it leads to a builder's history ({@code BUILDER/NODE/ID}), and a made-up one would lead nowhere; nor is
 * {@code buildx.build.provenance}, which {@code --provenance} attaches to the image in whole.
 */
final class BuildxMetadata {
    private BuildxMetadata() {}

    static String of(Publication publication, List<ImageReference> destinations) throws ImageFormatException {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        boolean single = publication.index().isEmpty();
        String config =
                publication.manifests().getFirst().manifest().config().digest().toString();
        if (single) {
            root.put("containerimage.config.digest", config);
        }
        Descriptor described = publication.root();
        ObjectNode descriptor = root.putObject("containerimage.descriptor");
        descriptor.put("mediaType", described.mediaType());
        descriptor.put("digest", described.digest().toString());
        descriptor.put("size", described.sizeBytes());
        if (single) {
            Platform platform = publication.manifests().getFirst().platform();
            ObjectNode runsOn = descriptor.putObject("platform");
            runsOn.put("architecture", platform.architecture());
            runsOn.put("os", platform.os());
            platform.osVersion().ifPresent(version -> runsOn.put("os.version", version));
            platform.variant().ifPresent(variant -> runsOn.put("variant", variant));
        }
        root.put("containerimage.digest", described.digest().toString());
        if (!destinations.isEmpty()) {
            root.put(
                    "image.name",
                    destinations.stream()
                            .map(name -> name.name() + ":" + name.tagOrLatest())
                            .collect(Collectors.joining(",")));
        }
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        try {
            return new JsonMapper()
                    .writer(new DefaultPrettyPrinter(Separators.createDefaultInstance()
                                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                            .withObjectIndenter(lines)
                            .withArrayIndenter(lines))
                    .writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that can't be written", e);
        }
    }
}
