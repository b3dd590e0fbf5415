package dev.slipway.cli;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.network.NetworkSettings;
import dev.slipway.publish.PublishRequest;
import dev.slipway.publish.Report;
import dev.slipway.publish.ReportBuckets;
import dev.slipway.publish.ReportPlace;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The objects that report flags name, opened before a build, so that a slip in them doesn't show after it. */
final class OpenedBuckets implements ReportBuckets, AutoCloseable {
    private final Map<ContextUri, ObjectStores.Target> targets = new LinkedHashMap<>();

    private OpenedBuckets() {}

    /** Opens what {@code request} names; loads no library where it names none. */
    static OpenedBuckets of(PublishRequest request, Map<String, String> environment, NetworkSettings network)
            throws UsageException {
        OpenedBuckets opened = new OpenedBuckets();
        try {
            for (Map.Entry<Report, ReportPlace> report : request.reports().entrySet()) {
                if (report.getValue() instanceof ReportPlace.InBucket(ContextUri uri)
                        && !opened.targets.containsKey(uri)) {
                    opened.open(report.getKey(), uri, environment, network);
                }
            }
            return opened;
        } catch (UsageException e) {
            opened.close();
            throw e;
        }
    }

    private void open(Report report, ContextUri uri, Map<String, String> environment, NetworkSettings network)
            throws UsageException {
        try {
            targets.put(uri, ObjectStores.installed().open(uri, environment, network));
        } catch (ContextException refused) {
            throw new UsageException("%s: %s".formatted(report, refused.getMessage()));
        }
    }

    @Override
    public void put(ContextUri uri, byte[] content) throws IOException {
        Optional.ofNullable(targets.get(uri))
                .orElseThrow(() -> new IllegalStateException(uri.quoted() + " was not opened"))
                .put(content);
    }

    @Override
    public void close() {
        targets.values().forEach(ObjectStores.Target::close);
    }
}
