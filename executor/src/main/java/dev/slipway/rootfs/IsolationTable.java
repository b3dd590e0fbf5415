package dev.slipway.rootfs;

import dev.slipway.layer.ApplyMode;
import dev.slipway.sandbox.MountSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What every kind of root filesystem needs, and whether this machine gives it. Each is really tried.
 *
 * @param rows in the order in which {@code --isolation=auto} takes them
 */
public record IsolationTable(List<Row> rows) {

    /**
     * One kind.
     *
     * @param refusal why it isn't allowed, and what would help; nothing where it is
     */
    public record Row(Isolation kind, String needs, Optional<String> refusal) {}

    public IsolationTable {
        rows = List.copyOf(rows);
    }

    /** @param build an empty directory where builds would keep their files */
    public static IsolationTable examine(Path build, InPlaceTerms terms) throws IOException {
        ApplyMode mode = RootfsFactory.mode();
        IsolationProbe.Outcome outcome = IsolationProbe.probe(Isolation.OVERLAY, build, mode, terms);
        try (Place place = outcome.build();
                MountSpace space = outcome.space()) {
            return new IsolationTable(List.of(
                    new Row(
                            Isolation.OVERLAY,
                            "mounts, and a work directory that can hold an overlay",
                            Optional.ofNullable(outcome.choice().refusals().get(Isolation.OVERLAY))),
                    new Row(
                            Isolation.DIRECTORY,
                            "mounts (CAP_SYS_ADMIN)",
                            Optional.ofNullable(outcome.choice().refusals().get(Isolation.DIRECTORY))),
                    new Row(Isolation.IN_PLACE, "root in a container of its own", terms.refusal())));
        }
    }

    /** What {@code auto} takes. */
    public Optional<Isolation> best() {
        return rows.stream()
                .filter(row -> row.refusal().isEmpty())
                .map(Row::kind)
                .findFirst();
    }
}
