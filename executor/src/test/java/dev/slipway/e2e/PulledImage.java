package dev.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.Layer;
import dev.slipway.fixture.image.LayerRules;
import dev.slipway.fixture.tool.Bundle;
import dev.slipway.fixture.tool.Skopeo;
import java.nio.file.Path;
import java.util.List;

/** An image as another tool has read it: skopeo has checked its digests, and its layers keep the rules of layers. */
record PulledImage(Image image, List<Layer> layers) {

    /** Pulls {@code reference} from a registry into {@code directory}. */
    static PulledImage from(String reference, Path directory) {
        return of(Skopeo.pull(reference, directory));
    }

    /** Pulls an image whose lowest layers are those of {@code base}, which need not keep our rules. */
    static PulledImage from(String reference, Path directory, Image base) {
        return of(Skopeo.pull(reference, directory), base.layerDigests().size());
    }

    /** Reads an OCI layout. */
    static PulledImage of(Image image) {
        return of(image, 0);
    }

    private static PulledImage of(Image image, int baseLayers) {
        List<Layer> layers = Layer.all(image);
        assertThat(LayerRules.violations(layers, baseLayers))
                .as("rules of layers")
                .isEmpty();
        return new PulledImage(image, layers);
    }

    JsonNode config() {
        return image.config().path("config");
    }

    Layer last() {
        return layers.getLast();
    }

    /** What a file of the flattened image looks like; fails if there is none. */
    Layer.Entry file(String path) {
        return Layer.flatten(layers).stream()
                .filter(entry -> entry.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError(path + " is not in the image, which has "
                        + Layer.flatten(layers).stream().map(Layer.Entry::path).toList()));
    }

    /** Whether the flattened image has the path. */
    boolean has(String path) {
        return Layer.flatten(layers).stream().anyMatch(entry -> entry.path().equals(path));
    }

    Bundle unpack(Path directory) {
        return Bundle.unpack(image, directory);
    }
}
