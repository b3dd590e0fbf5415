package dev.slipway.publish;

import dev.slipway.image.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code --annotation}, as buildx reads it: {@code KEY=VALUE} for every manifest, or
 * {@code TYPE[PLATFORM],TYPE:KEY=VALUE} with the types {@code manifest}, {@code index}, {@code manifest-descriptor} and
 * {@code index-descriptor}.
 */
public final class Annotations {
    /** None at all. */
    public static final Annotations NONE = new Annotations(List.of());

    private static final Pattern TYPE = Pattern.compile("([a-z-]+)(?:\\[([A-Za-z0-9_/.-]+)])?");

    private final List<Annotation> annotations;

    private enum Place {
        MANIFEST("manifest"),
        INDEX("index"),
        MANIFEST_DESCRIPTOR("manifest-descriptor"),
        INDEX_DESCRIPTOR("index-descriptor");

        private final String name;

        Place(String name) {
            this.name = name;
        }

        static Optional<Place> named(String name) {
            return List.of(values()).stream()
                    .filter(place -> place.name.equals(name))
                    .findFirst();
        }
    }

    private record Annotation(Place place, Optional<Platform> platform, String key, String value) {}

    private Annotations(List<Annotation> annotations) {
        this.annotations = List.copyOf(annotations);
    }

    /**
     * Reads them; of two for one place and key the later one counts.
     *
     * @throws IllegalArgumentException in words for a user
     */
    public static Annotations parse(List<String> texts) {
        List<Annotation> annotations = new ArrayList<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw wrong(text, "write KEY=VALUE");
            }
            String name = text.substring(0, equals);
            String value = text.substring(equals + 1);
            int colon = name.indexOf(':');
            if (colon < 0) {
                annotations.add(new Annotation(Place.MANIFEST, Optional.empty(), name, value));
                continue;
            }
            String key = name.substring(colon + 1);
            if (key.isEmpty()) {
                throw wrong(text, "the key is missing");
            }
            for (String type : name.substring(0, colon).split(",", -1)) {
                annotations.add(annotation(text, type, key, value));
            }
        }
        return new Annotations(annotations);
    }

    private static Annotation annotation(String text, String type, String key, String value) {
        Matcher matcher = TYPE.matcher(type);
        Optional<Place> place = matcher.matches() ? Place.named(matcher.group(1)) : Optional.empty();
        if (place.isEmpty()) {
            throw wrong(
                    text,
                    "\"%s\" is none of manifest, index, manifest-descriptor, index-descriptor, with a [PLATFORM] or without"
                            .formatted(type));
        }
        Optional<Platform> platform =
                Optional.ofNullable(matcher.group(2)).map(found -> Platform.parse(found, Platform.host()));
        return new Annotation(place.get(), platform, key, value);
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("--annotation \"%s\": %s".formatted(text, why));
    }

    /** Those of the manifest of a platform's image. */
    public Map<String, String> ofManifest(Platform platform) {
        return of(Place.MANIFEST, Optional.of(platform));
    }

    /** Those that the index has for a platform's image. */
    public Map<String, String> ofManifestDescriptor(Platform platform) {
        return of(Place.MANIFEST_DESCRIPTOR, Optional.of(platform));
    }

    /** Those of the index. */
    public Map<String, String> ofIndex() {
        return of(Place.INDEX, Optional.empty());
    }

    /** Those that a layout has for the index. */
    public Map<String, String> ofIndexDescriptor() {
        return of(Place.INDEX_DESCRIPTOR, Optional.empty());
    }

    /**
     * Refuses those that an index of images which are pushed already has no place for: their manifests can't be changed
     * any more.
     *
     * @throws IllegalArgumentException in words for a user
     */
    public void requireOfIndexOnly() {
        for (Annotation annotation : annotations) {
            if (annotation.place() != Place.INDEX && annotation.place() != Place.MANIFEST_DESCRIPTOR) {
                throw wrong(
                        annotation.key() + "=" + annotation.value(),
                        "it is %s:, which an index of pushed images has no place for; write index: or manifest-descriptor: in front"
                                .formatted(annotation.place().name));
            }
        }
    }

    private Map<String, String> of(Place place, Optional<Platform> platform) {
        Map<String, String> found = new TreeMap<>();
        for (Annotation annotation : annotations) {
            boolean meant = annotation.platform().isEmpty()
                    || platform.isEmpty()
                    || annotation.platform().get().matches(platform.get());
            if (annotation.place() == place && meant) {
                found.put(annotation.key(), annotation.value());
            }
        }
        return found;
    }
}
