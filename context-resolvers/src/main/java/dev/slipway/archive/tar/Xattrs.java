package dev.slipway.archive.tar;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The extended attributes of one file, sorted by name. Values are bytes and stay bytes. */
public final class Xattrs {
    /** No extended attributes. */
    public static final Xattrs NONE = new Xattrs(new TreeMap<>());

    private final SortedMap<String, byte[]> values;

    private Xattrs(SortedMap<String, byte[]> values) {
        this.values = values;
    }

    public static Xattrs of(Map<String, byte[]> values) {
        if (values.isEmpty()) {
            return NONE;
        }
        SortedMap<String, byte[]> copy = new TreeMap<>();
        values.forEach((name, value) -> copy.put(checkedName(name), value.clone()));
        return new Xattrs(copy);
    }

    public Xattrs with(String name, byte[] value) {
        SortedMap<String, byte[]> copy = new TreeMap<>(values);
        copy.put(checkedName(name), value.clone());
        return new Xattrs(copy);
    }

    /** Only the attributes whose name passes; this very object if all do. */
    public Xattrs only(Predicate<String> wanted) {
        if (values.keySet().stream().allMatch(wanted)) {
            return this;
        }
        SortedMap<String, byte[]> copy = new TreeMap<>(values);
        copy.keySet().removeIf(wanted.negate());
        return copy.isEmpty() ? NONE : new Xattrs(copy);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    public Optional<byte[]> value(String name) {
        byte[] value = values.get(name);
        return value == null ? Optional.empty() : Optional.of(value.clone());
    }

    private static String checkedName(String name) {
        requireNonNull(name, "name is null");
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not the name of an extended attribute: \"" + name + "\"");
        }
        return name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Xattrs that
                && values.keySet().equals(that.values.keySet())
                && values.entrySet().stream()
                        .allMatch(entry -> Arrays.equals(entry.getValue(), that.values.get(entry.getKey())));
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (Map.Entry<String, byte[]> entry : values.entrySet()) {
            hash = 31 * (31 * hash + entry.getKey().hashCode()) + Arrays.hashCode(entry.getValue());
        }
        return hash;
    }

    /** Names and lengths; the values may be anything. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "[" + entry.getValue().length + "]")
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
