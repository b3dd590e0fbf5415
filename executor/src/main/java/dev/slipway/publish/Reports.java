package dev.slipway.publish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.slipway.context.ContextUri;
import dev.slipway.image.Digest;
import dev.slipway.registry.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The files that tell other steps what was published: kaniko's and buildx's byte for byte, Tekton's results, GitLab's
 * dotenv report.
 */
final class Reports {
    /** What kaniko, and what reads its files, calls Docker Hub. */
    private static final String HUB = "index.docker.io";

    private final Publication publication;
    private final PublishRequest request;
    private final PublishListener listener;
    private final ReportBuckets buckets;

    Reports(Publication publication, PublishRequest request, PublishListener listener, ReportBuckets buckets) {
        this.publication = publication;
        this.request = request;
        this.listener = listener;
        this.buckets = buckets;
    }

    void write() throws IOException {
        for (Map.Entry<Path, byte[]> file : publication.files().entrySet()) {
            OutputFile.write("--sbom", file.getKey(), out -> out.write(file.getValue()));
        }
        for (Map.Entry<Report, ReportPlace> wanted : request.reports().entrySet()) {
            write(wanted.getKey(), wanted.getValue());
        }
        if (!request.results().isEmpty()) {
            TektonResults.of(publication, request)
                    .fitting(request.results().keySet(), listener)
                    .writeTo(request.results(), "--result");
        }
    }

    private void write(Report report, ReportPlace place) throws IOException {
        Digest digest = publication.digest();
        switch (report) {
            case DIGEST -> write(report, place, digest.toString());
            case IMAGE_NAME_WITH_DIGEST -> write(report, place, lines(destination -> name(destination) + "@" + digest));
            case IMAGE_NAME_TAG_WITH_DIGEST ->
                write(
                        report,
                        place,
                        lines(destination -> name(destination) + ":" + destination.tagOrLatest() + "@" + digest));
            case IMAGE_ID -> write(report, place, imageId().toString());
            case METADATA -> write(report, place, BuildxMetadata.of(publication, request.destinations()));
            case DOTENV -> write(report, place, dotenv());
            case RESULTS -> {
                TektonResults results = TektonResults.of(publication, request).fitting(TektonResults.NAMES, listener);
                Map<String, Path> files = new LinkedHashMap<>();
                TektonResults.NAMES.forEach(
                        name -> files.put(name, directory(place).resolve(name)));
                results.writeTo(files, report.toString());
            }
            case BUILDER_OUTPUT ->
                write(
                        report,
                        new ReportPlace.InFile(directory(place).resolve("images")),
                        lines(destination -> JsonNodeFactory.instance
                                .objectNode()
                                .put("name", destination.name() + ":" + destination.tagOrLatest())
                                .put("digest", digest.toString())
                                .toString()));
        }
    }

    /** As buildx: the config of an image, or the index where there are several. */
    private Digest imageId() {
        return publication.index().isPresent()
                ? publication.digest()
                : publication.manifests().getFirst().manifest().config().digest();
    }

    private static String name(ImageReference destination) {
        return destination.registry().equals(ImageReference.DOCKER_HUB)
                ? HUB + "/" + destination.repository()
                : destination.name();
    }

    private String lines(Function<ImageReference, String> line) {
        return request.destinations().stream()
                .map(line.andThen(text -> text + "\n"))
                .collect(Collectors.joining());
    }

    /**
     * Variables for later jobs (GitLab's reports:dotenv); {@code CS_IMAGE} is what container scanning looks at. An image
     * that isn't pushed is nowhere that a job could look.
     */
    private String dotenv() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("IMAGE_DIGEST", publication.digest().toString());
        if (request.push() && !request.destinations().isEmpty()) {
            ImageReference first = request.destinations().getFirst();
            String url = first.name() + ":" + first.tagOrLatest();
            variables.put("IMAGE_URL", url);
            variables.put("IMAGE_REF", url + "@" + publication.digest());
            variables.put("IMAGE_TAG", first.tagOrLatest());
            variables.put("CS_IMAGE", url);
        }
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private void write(Report report, ReportPlace place, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        switch (place) {
            case ReportPlace.InFile(Path file) -> OutputFile.write(report.toString(), file, out -> out.write(content));
            case ReportPlace.InBucket(ContextUri uri) -> {
                try {
                    buckets.put(uri, content);
                } catch (IOException e) {
                    throw new IOException(
                            "%s %s can't be written: %s".formatted(report, uri.quoted(), e.getMessage()), e);
                }
            }
        }
    }

    /** {@link PublishRequest} lets no other place through. */
    private static Path directory(ReportPlace place) {
        return switch (place) {
            case ReportPlace.InFile(Path directory) -> directory;
            case ReportPlace.InBucket(ContextUri uri) ->
                throw new IllegalArgumentException(uri.quoted() + " is no directory");
        };
    }

    static List<ImageReference> repositories(List<ImageReference> destinations) {
        Map<String, ImageReference> repositories = new LinkedHashMap<>();
        destinations.forEach(destination -> repositories.putIfAbsent(destination.name(), destination));
        return List.copyOf(repositories.values());
    }
}
