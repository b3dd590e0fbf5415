package dev.slipway.publish;

import dev.slipway.registry.ImageReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where an image shall go, as the output flags say.
 *
 * @param destinations {@code --destination}; they name what is in the tar, too, under {@code --no-push}
 * @param push not {@code --no-push}
 * @param tarPath {@code --tar-path}
 * @param ociLayoutPath {@code --oci-layout-path}
 * @param reports the small files that say what was published
 * @param results {@code --result}, the file of each Tekton result that is asked for by its own flag
 * @param pushRetries {@code --push-retry}
 * @param ignoreImmutableTagErrors {@code --push-ignore-immutable-tag-errors}
 * @param checkPermission not {@code --skip-push-permission-check}
 */
public record PublishRequest(
        List<ImageReference> destinations,
        boolean push,
        Optional<Path> tarPath,
        Optional<Path> ociLayoutPath,
        Map<Report, ReportPlace> reports,
        Map<String, Path> results,
        int pushRetries,
        boolean ignoreImmutableTagErrors,
        boolean checkPermission) {

    public PublishRequest {
        destinations = List.copyOf(destinations);
        reports = Collections.unmodifiableMap(reports.isEmpty() ? Map.of() : new EnumMap<>(reports));
        results = Collections.unmodifiableMap(new TreeMap<>(results));
        for (Report report : List.of(Report.RESULTS, Report.BUILDER_OUTPUT)) {
            if (reports.get(report) instanceof ReportPlace.InBucket bucket) {
                throw new IllegalArgumentException("%s %s: name a directory, this report is several files"
                        .formatted(report, bucket.uri().quoted()));
            }
        }
        if (pushRetries < 0) {
            throw new IllegalArgumentException("--push-retry is %d, below 0".formatted(pushRetries));
        }
        for (String name : results.keySet()) {
            if (!TektonResults.NAMES.contains(name)) {
                throw new IllegalArgumentException("there is no result \"%s\": there are %s"
                        .formatted(name, String.join(", ", TektonResults.NAMES)));
            }
        }
    }

    /** A push to {@code destinations} and nothing else. */
    public static PublishRequest to(ImageReference... destinations) {
        return builder(List.of(destinations)).build();
    }

    /** A request that pushes unless it is told not to. */
    public static Builder builder(List<ImageReference> destinations) {
        return new Builder(destinations);
    }

    /** The files and directories of this machine that publishing writes. */
    public List<Path> outputs() {
        List<Path> outputs = new ArrayList<>(results.values());
        tarPath.ifPresent(outputs::add);
        ociLayoutPath.ifPresent(outputs::add);
        for (ReportPlace place : reports.values()) {
            if (place instanceof ReportPlace.InFile(Path path)) {
                outputs.add(path);
            }
        }
        return outputs;
    }

    /** Collects a request flag by flag. */
    public static final class Builder {
        private final List<ImageReference> destinations;
        private boolean push = true;
        private Optional<Path> tarPath = Optional.empty();
        private Optional<Path> ociLayoutPath = Optional.empty();
        private final Map<Report, ReportPlace> reports = new EnumMap<>(Report.class);
        private final Map<String, Path> results = new TreeMap<>();
        private int pushRetries;
        private boolean ignoreImmutableTagErrors;
        private boolean checkPermission = true;

        private Builder(List<ImageReference> destinations) {
            this.destinations = destinations;
        }

        public Builder push(boolean value) {
            push = value;
            return this;
        }

        public Builder tarPath(Path value) {
            tarPath = Optional.of(value);
            return this;
        }

        public Builder ociLayoutPath(Path value) {
            ociLayoutPath = Optional.of(value);
            return this;
        }

        public Builder report(Report report, Path file) {
            return report(report, new ReportPlace.InFile(file));
        }

        /** Asks for a report; the last place that is said for it counts. */
        public Builder report(Report report, ReportPlace place) {
            reports.put(report, place);
            return this;
        }

        public Builder result(String name, Path file) {
            results.put(name, file);
            return this;
        }

        public Builder pushRetries(int value) {
            pushRetries = value;
            return this;
        }

        public Builder ignoreImmutableTagErrors(boolean value) {
            ignoreImmutableTagErrors = value;
            return this;
        }

        public Builder checkPermission(boolean value) {
            checkPermission = value;
            return this;
        }

        public PublishRequest build() {
            return new PublishRequest(
                    destinations,
                    push,
                    tarPath,
                    ociLayoutPath,
                    reports,
                    results,
                    pushRetries,
                    ignoreImmutableTagErrors,
                    checkPermission);
        }
    }
}
