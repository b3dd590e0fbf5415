package dev.slipway.attest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.image.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How an image was built (SLSA provenance 1.0).
 *
 * @param builderId who built it; what a verifier trusts or doesn't
 * @param invocationId a name of this build alone
 * @param source where the context came from
 * @param parameters what was asked for: target and platform; build arguments where all is told
 * @param materials the images that were used
 */
public record Provenance(
        String builderId,
        String invocationId,
        Source source,
        Map<String, String> parameters,
        Map<String, String> arguments,
        List<Material> materials,
        Instant started,
        Instant finished) {

    /** The predicate's name. */
    public static final String PREDICATE_TYPE = "https://slsa.dev/provenance/v1";

    private static final String BUILD_TYPE = "https://slipway.dev/build-types/dockerfile/v1";

    /**
     * Where the context came from.
     *
     * @param uri of a git repository; none of a context that has no name elsewhere
     * @param path the Dockerfile's
     */
    public record Source(Optional<String> uri, Optional<String> commit, String path) {}

    /** An image that was used, by its package URL. */
    public record Material(String packageUrl, Digest digest) {}

    public Provenance {
        parameters = new TreeMap<>(parameters);
        arguments = new TreeMap<>(arguments);
        materials = List.copyOf(materials);
    }

    /** The predicate of a statement. */
    public ObjectNode predicate() {
        ObjectNode predicate = Documents.object();
        ObjectNode definition = predicate.putObject("buildDefinition");
        definition.put("buildType", BUILD_TYPE);
        ObjectNode external = definition.putObject("externalParameters");
        ObjectNode configSource = external.putObject("configSource");
        source.uri().ifPresent(uri -> {
            configSource.put("uri", uri);
            source.commit().ifPresent(commit -> configSource.putObject("digest").put("sha1", commit));
        });
        configSource.put("path", source.path());
        ObjectNode request = external.putObject("request");
        parameters.forEach(request::put);
        if (!arguments.isEmpty()) {
            ObjectNode args = request.putObject("args");
            arguments.forEach((name, value) -> args.put("build-arg:" + name, value));
        }
        ArrayNode dependencies = definition.putArray("resolvedDependencies");
        for (Material material : materials) {
            ObjectNode dependency = dependencies.addObject();
            dependency.put("uri", material.packageUrl());
            dependency
                    .putObject("digest")
                    .put(
                            material.digest().algorithm().toString(),
                            material.digest().hex());
        }
        source.uri().ifPresent(uri -> {
            ObjectNode dependency = dependencies.addObject();
            dependency.put("uri", uri);
            source.commit().ifPresent(commit -> dependency.putObject("digest").put("sha1", commit));
        });
        ObjectNode run = predicate.putObject("runDetails");
        run.putObject("builder").put("id", builderId);
        ObjectNode metadata = run.putObject("metadata");
        metadata.put("invocationId", invocationId);
        metadata.put("startedOn", started.truncatedTo(ChronoUnit.SECONDS).toString());
        metadata.put("finishedOn", finished.truncatedTo(ChronoUnit.SECONDS).toString());
        return predicate;
    }
}
