package dev.slipway.cli;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.ObjectStores;
import dev.slipway.publish.PublishRequest;
import dev.slipway.publish.Report;
import dev.slipway.publish.ReportPlace;
import dev.slipway.registry.ImageReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the flags say about where the image goes. */
final class PublishFromFlags {
    private static final Map<Report, Flag> REPORTS = Map.of(
            Report.DIGEST, OutputFlags.DIGEST_FILE,
            Report.IMAGE_NAME_WITH_DIGEST, OutputFlags.IMAGE_NAME_WITH_DIGEST_FILE,
            Report.IMAGE_NAME_TAG_WITH_DIGEST, OutputFlags.IMAGE_NAME_TAG_WITH_DIGEST_FILE,
            Report.IMAGE_ID, OutputFlags.IIDFILE,
            Report.METADATA, OutputFlags.METADATA_FILE,
            Report.DOTENV, OutputFlags.DOTENV,
            Report.RESULTS, OutputFlags.RESULTS_DIR);

    private final GivenFlags flags;
    private final Path workingDirectory;

    PublishFromFlags(GivenFlags flags, Path workingDirectory) {
        this.flags = flags;
        this.workingDirectory = workingDirectory;
    }

    PublishRequest request() throws UsageException {
        boolean push = !flags.on(OutputFlags.NO_PUSH);
        List<ImageReference> destinations = destinations();
        if (push && destinations.isEmpty()) {
            throw new UsageException("--destination is missing: say where to push the image, or --no-push");
        }
        PublishRequest.Builder request = request(destinations).push(push);
        file(OutputFlags.TAR_PATH).ifPresent(request::tarPath);
        file(OutputFlags.OCI_LAYOUT_PATH).ifPresent(request::ociLayoutPath);
        return built(request);
    }

    /** For the commands that push what is there already. */
    PublishRequest push() throws UsageException {
        List<ImageReference> destinations = destinations();
        if (destinations.isEmpty()) {
            throw new UsageException("--destination is missing: say where to push the image");
        }
        return built(request(destinations));
    }

    private PublishRequest.Builder request(List<ImageReference> destinations) throws UsageException {
        PublishRequest.Builder request = PublishRequest.builder(destinations)
                .pushRetries(flags.number(RegistryFlags.PUSH_RETRY, 0))
                .ignoreImmutableTagErrors(flags.on(RegistryFlags.PUSH_IGNORE_IMMUTABLE_TAG_ERRORS))
                .checkPermission(!flags.on(RegistryFlags.SKIP_PUSH_PERMISSION_CHECK));
        for (Map.Entry<Report, Flag> report : REPORTS.entrySet()) {
            place(report.getValue()).ifPresent(place -> request.report(report.getKey(), place));
        }
        Optional.ofNullable(flags.environment().get(Report.BUILDER_OUTPUT.toString()))
                .filter(directory -> !directory.isEmpty())
                .ifPresent(directory -> request.report(Report.BUILDER_OUTPUT, workingDirectory.resolve(directory)));
        for (String text : flags.values(OutputFlags.RESULT)) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new UsageException("--result \"%s\": write NAME=PATH".formatted(text));
            }
            request.result(text.substring(0, equals), workingDirectory.resolve(text.substring(equals + 1)));
        }
        return request;
    }

    private static PublishRequest built(PublishRequest.Builder request) throws UsageException {
        try {
            return request.build();
        } catch (IllegalArgumentException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        }
    }

    private List<ImageReference> destinations() throws UsageException {
        List<ImageReference> destinations = new ArrayList<>();
        for (String text : flags.values(OutputFlags.DESTINATION)) {
            ImageReference destination;
            try {
                destination = ImageReference.parse(text);
            } catch (IllegalArgumentException notAName) {
                throw new UsageException("--destination " + notAName.getMessage());
            }
            if (destination.digest().isPresent()) {
                throw new UsageException(
                        "--destination \"%s\": an image's digest comes of what it holds; name a tag, or nothing for latest"
                                .formatted(text));
            }
            destinations.add(destination);
        }
        return destinations;
    }

    /** A file, or where the text is a URI an object of a store, as kaniko has it. */
    private Optional<ReportPlace> place(Flag flag) throws UsageException {
        Optional<String> text = flags.value(flag).filter(given -> given.contains("://"));
        if (text.isEmpty()) {
            return file(flag).map(ReportPlace.InFile::new);
        }
        try {
            ContextUri uri = ContextUri.parse(text.get());
            ObjectStores stores = ObjectStores.installed();
            if (!stores.accepts(uri)) {
                throw new UsageException("%s %s: name a file, or an object as %s"
                        .formatted(flag, uri.quoted(), String.join(", ", stores.forms())));
            }
            return Optional.of(new ReportPlace.InBucket(uri));
        } catch (ContextException notAUri) {
            throw new UsageException("%s: %s".formatted(flag, notAUri.getMessage()));
        }
    }

    private Optional<Path> file(Flag flag) throws UsageException {
        Optional<String> text = flags.value(flag);
        if (text.filter(path -> path.startsWith("gs://") || path.startsWith("s3://"))
                .isPresent()) {
            throw new UsageException("%s \"%s\": name a file".formatted(flag, text.get()));
        }
        return text.map(workingDirectory::resolve);
    }
}
