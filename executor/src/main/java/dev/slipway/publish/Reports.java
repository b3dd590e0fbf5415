package dev.slipway.publish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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

    Reports(Publication publication, PublishRequest request, PublishListener listener) {
        this.publication = publication;
        this.request = request;
        this.listener = listener;
    }

    void write() throws IOException {
        for (Map.Entry<Path, byte[]> file : publication.files().entrySet()) {
            OutputFile.write("--sbom", file.getKey(), out -> out.write(file.getValue()));
        }
        for (Map.Entry<Report, Path> wanted : request.reports().entrySet()) {
            write(wanted.getKey(), wanted.getValue());
        }
        if (!request.results().isEmpty()) {
            TektonResults.of(publication, request)
                    .fitting(request.results().keySet(), listener)
                    .writeTo(request.results(), "--result");
        }
    }

    private void write(Report report, Path file) throws IOException {
        Digest digest = publication.digest();
        switch (report) {
            case DIGEST -> write(report, file, digest.toString());
            case IMAGE_NAME_WITH_DIGEST -> write(report, file, lines(destination -> name(destination) + "@" + digest));
            case IMAGE_NAME_TAG_WITH_DIGEST ->
                write(
                        report,
                        file,
                        lines(destination -> name(destination) + ":" + destination.tagOrLatest() + "@" + digest));
            case IMAGE_ID -> write(report, file, imageId().toString());
            case METADATA -> write(report, file, BuildxMetadata.of(publication, request.destinations()));
            case DOTENV -> write(report, file, dotenv());
            case RESULTS -> {
                TektonResults results = TektonResults.of(publication, request).fitting(TektonResults.NAMES, listener);
                Map<String, Path> files = new LinkedHashMap<>();
                TektonResults.NAMES.forEach(name -> files.put(name, file.resolve(name)));
                results.writeTo(files, report.toString());
            }
            case BUILDER_OUTPUT ->
                write(
                        report,
                        file.resolve("images"),
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

    /** Variables for later jobs (GitLab's reports:dotenv); {@code CS_IMAGE} is what container scanning looks at. */
    private String dotenv() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("IMAGE_DIGEST", publication.digest().toString());
        if (!request.destinations().isEmpty()) {
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

    private static void write(Report report, Path file, String text) throws IOException {
        OutputFile.write(report.toString(), file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    static List<ImageReference> repositories(List<ImageReference> destinations) {
        Map<String, ImageReference> repositories = new LinkedHashMap<>();
        destinations.forEach(destination -> repositories.putIfAbsent(destination.name(), destination));
        return List.copyOf(repositories.values());
    }
}
