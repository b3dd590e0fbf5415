package dev.slipway.rootfs;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which kind of root filesystem commands get on this machine, and why.
 *
 * @param kind overlay or directory; none where commands can't be run, which a build without RUN doesn't need
 * @param explanation one line for the log
 * @param refusals why the kinds that were tried and not taken don't work here; the table of {@code doctor}
 */
public record IsolationChoice(Optional<Isolation> kind, String explanation, Map<Isolation, String> refusals) {
    public IsolationChoice {
        Map<Isolation, String> sorted = new EnumMap<>(Isolation.class);
        sorted.putAll(refusals);
        refusals = Collections.unmodifiableMap(sorted);
    }
}
