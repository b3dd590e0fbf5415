package dev.slipway.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Descriptors and platforms as they stand in manifests and indexes. */
final class DescriptorJson {
    private DescriptorJson() {}

    static Descriptor read(Json json) throws ImageFormatException {
        json.asObject();
        Digest digest = json.required("digest").read(Digest::parse);
        Json size = json.required("size");
        long sizeBytes = size.integer();
        if (sizeBytes < 0) {
            throw size.complaint("is " + sizeBytes + ", below 0");
        }
        Optional<Json> platform = json.object("platform");
        return new Descriptor(
                json.string("mediaType"),
                digest,
                sizeBytes,
                json.strings("urls"),
                json.stringMap("annotations"),
                platform.isPresent() ? Optional.of(readPlatform(platform.get())) : Optional.empty(),
                json.nonEmpty("artifactType"));
    }

    static List<Descriptor> readAll(Json parent, String name) throws ImageFormatException {
        List<Descriptor> descriptors = new ArrayList<>();
        for (Json element : parent.elements(name)) {
            descriptors.add(read(element));
        }
        return List.copyOf(descriptors);
    }

    static Platform readPlatform(Json json) throws ImageFormatException {
        return new Platform(
                json.string("os"),
                json.string("architecture"),
                json.nonEmpty("variant"),
                json.nonEmpty("os.version"),
                json.strings("os.features"));
    }

    static ObjectNode write(Descriptor descriptor) {
        ObjectNode node = Json.newObject();
        node.put("mediaType", descriptor.mediaType());
        node.put("digest", descriptor.digest().toString());
        node.put("size", descriptor.sizeBytes());
        if (!descriptor.urls().isEmpty()) {
            node.set("urls", Json.array(descriptor.urls()));
        }
        writeAnnotations(node, descriptor.annotations());
        descriptor.platform().ifPresent(platform -> node.set("platform", write(platform)));
        descriptor.artifactType().ifPresent(type -> node.put("artifactType", type));
        return node;
    }

    private static ObjectNode write(Platform platform) {
        ObjectNode node = Json.newObject();
        node.put("architecture", platform.architecture());
        node.put("os", platform.os());
        platform.osVersion().ifPresent(version -> node.put("os.version", version));
        if (!platform.osFeatures().isEmpty()) {
            node.set("os.features", Json.array(platform.osFeatures()));
        }
        platform.variant().ifPresent(variant -> node.put("variant", variant));
        return node;
    }

    static void writeAll(ObjectNode node, String field, List<Descriptor> descriptors) {
        ArrayNode array = node.putArray(field);
        descriptors.forEach(descriptor -> array.add(write(descriptor)));
    }

    /** In the order of their names, so that the same ones give the same bytes; nothing where there are none. */
    static void writeAnnotations(ObjectNode node, Map<String, String> annotations) {
        if (!annotations.isEmpty()) {
            new TreeMap<>(annotations).forEach(node.putObject("annotations")::put);
        }
    }
}
