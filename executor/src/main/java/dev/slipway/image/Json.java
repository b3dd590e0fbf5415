package dev.slipway.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object of a foreign JSON document that knows where it came from, so that each complaint can say so.
 *
 * <p>As Go's decoder, which most tools use, an explicit null is a field that isn't there.
 */
final class Json {
    private static final int DEEPEST = 64;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String document;
    private final String place;
    private final JsonNode node;

    private Json(String document, String place, JsonNode node) {
        this.document = document;
        this.place = place;
        this.node = node;
    }

    /**
     * Reads a document that must be an object.
     *
     * @param document how messages name it, such as {@code manifest of debian:13 (sha256:…)}
     */
    static Json parse(byte[] content, String document, int largestBytes) throws ImageFormatException {
        if (content.length > largestBytes) {
            throw new ImageFormatException("%s has %d bytes, more than the %d that are read"
                    .formatted(document, content.length, largestBytes));
        }
        JsonNode root;
        try {
            root = MAPPER.readTree(content);
        } catch (JsonProcessingException e) {
            throw new ImageFormatException(
                    "%s is not JSON: %s (line %d, column %d)"
                            .formatted(
                                    document,
                                    e.getOriginalMessage().lines().findFirst().orElse("unreadable"),
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getLineNr(),
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getColumnNr()),
                    e);
        } catch (IOException e) {
            throw new ImageFormatException(document + " is not JSON: " + e.getMessage(), e);
        }
        Json parsed = new Json(document, "", root);
        if (!root.isObject()) {
            throw parsed.wrong("an object");
        }
        return parsed;
    }

    Optional<Json> field(String name) {
        @Nullable JsonNode found = node.get(name);
        return found == null || found.isNull()
                ? Optional.empty()
                : Optional.of(new Json(document, place.isEmpty() ? name : place + "." + name, found));
    }

    Json required(String name) throws ImageFormatException {
        Optional<Json> found = field(name);
        if (found.isEmpty()) {
            throw new ImageFormatException(
                    "%s has no %s".formatted(document, place.isEmpty() ? name : place + "." + name));
        }
        return found.get();
    }

    /** The object of that name; none where it isn't there. */
    Optional<Json> object(String name) throws ImageFormatException {
        Optional<Json> found = field(name);
        if (found.isPresent() && !found.get().node.isObject()) {
            throw found.get().wrong("an object");
        }
        return found;
    }

    String string() throws ImageFormatException {
        if (!node.isTextual()) {
            throw wrong("a string");
        }
        return node.textValue();
    }

    /** The string of that name; empty where it isn't there, which the formats treat alike. */
    String string(String name) throws ImageFormatException {
        Optional<Json> found = field(name);
        return found.isPresent() ? found.get().string() : "";
    }

    /** The string of that name unless it is empty or not there. */
    Optional<String> nonEmpty(String name) throws ImageFormatException {
        return Optional.of(string(name)).filter(text -> !text.isEmpty());
    }

    boolean bool(String name) throws ImageFormatException {
        Optional<Json> found = field(name);
        if (found.isEmpty()) {
            return false;
        }
        if (!found.get().node.isBoolean()) {
            throw found.get().wrong("true or false");
        }
        return found.get().node.booleanValue();
    }

    long integer() throws ImageFormatException {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrong("a whole number");
        }
        return node.longValue();
    }

    long integer(String name) throws ImageFormatException {
        Optional<Json> found = field(name);
        return found.isPresent() ? found.get().integer() : 0;
    }

    List<Json> elements(String name) throws ImageFormatException {
        Optional<Json> found = field(name);
        if (found.isEmpty()) {
            return List.of();
        }
        Json list = found.get();
        if (!list.node.isArray()) {
            throw list.wrong("a list");
        }
        List<Json> elements = new ArrayList<>(list.node.size());
        for (int i = 0; i < list.node.size(); i++) {
            elements.add(new Json(document, list.place + "[" + i + "]", list.node.get(i)));
        }
        return elements;
    }

    List<String> strings(String name) throws ImageFormatException {
        List<String> strings = new ArrayList<>();
        for (Json element : elements(name)) {
            strings.add(element.string());
        }
        return strings;
    }

    /** The names of an object's fields, such as the ports of {@code ExposedPorts}. */
    List<String> keys(String name) throws ImageFormatException {
        Optional<Json> found = object(name);
        return found.isEmpty()
                ? List.of()
                : List.copyOf(found.get().node.properties().stream()
                        .map(Map.Entry::getKey)
                        .toList());
    }

    Map<String, String> stringMap(String name) throws ImageFormatException {
        Optional<Json> found = object(name);
        Map<String, String> map = new LinkedHashMap<>();
        if (found.isPresent()) {
            for (String key : keys(name)) {
                map.put(key, found.get().string(key));
            }
        }
        return map;
    }

    /** A string that {@code reader} understands; its {@link IllegalArgumentException} becomes our complaint. */
    <T> T read(Function<String, T> reader) throws ImageFormatException {
        String text = string();
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new ImageFormatException("%s: %s: %s".formatted(document, place, e.getMessage()), e);
        }
    }

    Json asObject() throws ImageFormatException {
        if (!node.isObject()) {
            throw wrong("an object");
        }
        return this;
    }

    ImageFormatException complaint(String words) {
        return new ImageFormatException(
                place.isEmpty() ? document + " " + words : document + ": " + place + " " + words);
    }

    private ImageFormatException wrong(String expected) {
        String found = node.getNodeType().name().toLowerCase(Locale.ROOT);
        return complaint("is of the JSON type %s, not %s".formatted(found, expected));
    }

    static ObjectNode newObject() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array(Collection<String> strings) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        strings.forEach(array::add);
        return array;
    }

    static byte[] write(ObjectNode document) {
        try {
            return MAPPER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that can't be written", e);
        }
    }

    /** Indented by two blanks with line feeds, as BuildKit writes manifests. */
    static byte[] writeIndented(ObjectNode document) {
        try {
            return MAPPER.writer(indentation()).writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that can't be written", e);
        }
    }

    private static PrettyPrinter indentation() {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        return new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator(""))
                .withObjectIndenter(lines)
                .withArrayIndenter(lines);
    }
}
