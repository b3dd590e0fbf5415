package dev.slipway.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image's config: what it runs on, how it is run, which layers it has and how it came about (OCI image-spec, "Image
 * Configuration"; Docker image specification 1.3).
 *
 * <p>As with BuildKit, a config that is built upon keeps the fields named here and no others: what Docker's classic
 * builder noted about its own containers ({@code container_config}, {@code Hostname} …) would be wrong for the child.
 *
 * @param diffIds from the lowest layer to the topmost
 */
public record ImageConfig(
        Platform platform,
        Optional<Instant> created,
        String author,
        ContainerConfig container,
        List<DiffId> diffIds,
        List<HistoryEntry> history) {

    /** Configs are small, but labels have no limit of their own; nothing larger is read. */
    public static final int LARGEST_BYTES = 8 * 1024 * 1024;

    public ImageConfig {
        diffIds = List.copyOf(diffIds);
        history = List.copyOf(history);
    }

    /** The config of {@code scratch}: no layer, nothing set. */
    public static ImageConfig scratch(Platform platform) {
        return new ImageConfig(platform, Optional.empty(), "", ContainerConfig.EMPTY, List.of(), List.of());
    }

    /**
     * Reads a config.
     *
     * @param source how messages name the document: a reference or a URL, with the digest
     */
    public static ImageConfig parse(byte[] raw, String source) throws ImageFormatException {
        return ConfigJson.read(Json.parse(raw, "image config " + source, LARGEST_BYTES));
    }

    /** The document to push: fields in BuildKit's order, empty ones left out. */
    public byte[] toJson() {
        return ConfigJson.write(this);
    }

    public ImageConfig withContainer(ContainerConfig other) {
        return new ImageConfig(platform, created, author, other, diffIds, history);
    }

    public ImageConfig withPlatform(Platform other) {
        return new ImageConfig(other, created, author, container, diffIds, history);
    }

    public ImageConfig withCreated(Instant other) {
        return new ImageConfig(platform, Optional.of(other), author, container, diffIds, history);
    }

    public ImageConfig withAuthor(String other) {
        return new ImageConfig(platform, created, other, container, diffIds, history);
    }

    public ImageConfig withHistory(List<HistoryEntry> other) {
        return new ImageConfig(platform, created, author, container, diffIds, other);
    }

    /** With one more instruction that made no layer. */
    public ImageConfig plus(HistoryEntry entry) {
        List<HistoryEntry> longer = new ArrayList<>(history);
        longer.add(entry);
        return new ImageConfig(platform, created, author, container, diffIds, longer);
    }

    /** With one more layer on top, and the instruction that made it. */
    public ImageConfig plus(DiffId layer, HistoryEntry entry) {
        List<DiffId> higher = new ArrayList<>(diffIds);
        higher.add(layer);
        List<HistoryEntry> longer = new ArrayList<>(history);
        longer.add(entry);
        return new ImageConfig(platform, created, author, container, higher, longer);
    }
}
