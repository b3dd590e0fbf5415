package dev.slipway.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Image configs as JSON, in the order of fields and with the omissions of BuildKit's exporter. */
final class ConfigJson {
    /** RFC 3339 with as many digits of the second as needed, as Go writes times. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter();

    private ConfigJson() {}

    static ImageConfig read(Json json) throws ImageFormatException {
        Optional<Json> container = json.object("config");
        List<DiffId> diffIds = new ArrayList<>();
        Optional<Json> rootfs = json.object("rootfs");
        if (rootfs.isPresent()) {
            for (Json element : rootfs.get().elements("diff_ids")) {
                diffIds.add(element.read(DiffId::parse));
            }
        }
        List<HistoryEntry> history = new ArrayList<>();
        for (Json element : json.elements("history")) {
            history.add(readHistory(element.asObject()));
        }
        return new ImageConfig(
                DescriptorJson.readPlatform(json),
                time(json),
                json.string("author"),
                container.isPresent() ? readContainer(container.get()) : ContainerConfig.EMPTY,
                diffIds,
                history);
    }

    private static Optional<Instant> time(Json json) throws ImageFormatException {
        Optional<Json> created = json.field("created");
        if (created.isEmpty() || created.get().string().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(created.get().string()).toInstant());
        } catch (DateTimeException e) {
            throw created.get()
                    .complaint("is \"%s\", which is no time of RFC 3339"
                            .formatted(created.get().string()));
        }
    }

    private static HistoryEntry readHistory(Json json) throws ImageFormatException {
        return new HistoryEntry(
                time(json),
                json.string("created_by"),
                json.string("author"),
                json.string("comment"),
                json.bool("empty_layer"));
    }

    private static ContainerConfig readContainer(Json json) throws ImageFormatException {
        Optional<Json> health = json.object("Healthcheck");
        return new ContainerConfig(
                json.string("User"),
                new TreeSet<>(json.keys("ExposedPorts")),
                json.strings("Env"),
                json.strings("Entrypoint"),
                json.strings("Cmd"),
                new TreeSet<>(json.keys("Volumes")),
                json.string("WorkingDir"),
                new TreeMap<>(json.stringMap("Labels")),
                json.string("StopSignal"),
                json.bool("ArgsEscaped"),
                health.isPresent() ? Optional.of(readHealth(health.get())) : Optional.empty(),
                json.strings("OnBuild"),
                json.strings("Shell"));
    }

    private static HealthCheck readHealth(Json json) throws ImageFormatException {
        return new HealthCheck(
                json.strings("Test"),
                Duration.ofNanos(json.integer("Interval")),
                Duration.ofNanos(json.integer("Timeout")),
                Duration.ofNanos(json.integer("StartPeriod")),
                Duration.ofNanos(json.integer("StartInterval")),
                json.integer("Retries"));
    }

    static byte[] write(ImageConfig config) {
        Platform platform = config.platform();
        ObjectNode root = Json.newObject();
        root.put("architecture", platform.architecture());
        put(root, "author", config.author());
        root.set("config", writeContainer(config.container()));
        config.created().ifPresent(time -> root.put("created", format(time)));
        ArrayNode history = root.putArray("history");
        config.history().forEach(entry -> history.add(writeHistory(entry)));
        root.put("os", platform.os());
        put(root, "os.features", platform.osFeatures());
        platform.osVersion().ifPresent(version -> root.put("os.version", version));
        ObjectNode rootfs = root.putObject("rootfs");
        rootfs.put("type", "layers");
        rootfs.set(
                "diff_ids",
                Json.array(config.diffIds().stream().map(DiffId::toString).toList()));
        platform.variant().ifPresent(variant -> root.put("variant", variant));
        return Json.write(root);
    }

    private static ObjectNode writeContainer(ContainerConfig config) {
        ObjectNode node = Json.newObject();
        put(node, "User", config.user());
        putKeys(node, "ExposedPorts", config.exposedPorts());
        put(node, "Env", config.env());
        put(node, "Entrypoint", config.entrypoint());
        put(node, "Cmd", config.cmd());
        putKeys(node, "Volumes", config.volumes());
        put(node, "WorkingDir", config.workingDir());
        if (!config.labels().isEmpty()) {
            config.labels().forEach(node.putObject("Labels")::put);
        }
        put(node, "StopSignal", config.stopSignal());
        if (config.argsEscaped()) {
            node.put("ArgsEscaped", true);
        }
        config.healthcheck().ifPresent(health -> node.set("Healthcheck", writeHealth(health)));
        put(node, "OnBuild", config.onBuild());
        put(node, "Shell", config.shell());
        return node;
    }

    private static ObjectNode writeHealth(HealthCheck health) {
        ObjectNode node = Json.newObject();
        put(node, "Test", health.test());
        put(node, "Interval", health.interval().toNanos());
        put(node, "Timeout", health.timeout().toNanos());
        put(node, "StartPeriod", health.startPeriod().toNanos());
        put(node, "StartInterval", health.startInterval().toNanos());
        put(node, "Retries", health.retries());
        return node;
    }

    private static ObjectNode writeHistory(HistoryEntry entry) {
        ObjectNode node = Json.newObject();
        entry.created().ifPresent(time -> node.put("created", format(time)));
        put(node, "created_by", entry.createdBy());
        put(node, "author", entry.author());
        put(node, "comment", entry.comment());
        if (entry.emptyLayer()) {
            node.put("empty_layer", true);
        }
        return node;
    }

    private static String format(Instant time) {
        return TIME.format(time.atOffset(ZoneOffset.UTC));
    }

    private static void put(ObjectNode node, String name, String value) {
        if (!value.isEmpty()) {
            node.put(name, value);
        }
    }

    private static void put(ObjectNode node, String name, long value) {
        if (value != 0) {
            node.put(name, value);
        }
    }

    private static void put(ObjectNode node, String name, Collection<String> values) {
        if (!values.isEmpty()) {
            node.set(name, Json.array(values));
        }
    }

    private static void putKeys(ObjectNode node, String name, Collection<String> keys) {
        if (!keys.isEmpty()) {
            ObjectNode object = node.putObject(name);
            keys.forEach(key -> object.putObject(key));
        }
    }
}
