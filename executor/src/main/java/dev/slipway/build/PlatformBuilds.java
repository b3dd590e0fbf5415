package dev.slipway.build;

import dev.slipway.attest.Statement;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.image.Platform;
import dev.slipway.progress.FailureClass;
import dev.slipway.publish.Annotations;
import dev.slipway.publish.Origins;
import dev.slipway.publish.Publication;
import dev.slipway.publish.PublishableImage;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds for each platform that is asked for, one after the other, and makes an index where there are several. */
public final class PlatformBuilds {
    private final ImageBuilder builder;
    private final Annotations annotations;
    private final Source source;
    private final Attestations attestations;
    private final InstantSource clock;

    /**
     * Where the context came from, where it was a git repository.
     *
     * @param gitUrl without credentials
     */
    public record Source(Optional<String> gitUrl, Optional<String> gitCommit) {
        /** Not from git. */
        public static final Source UNKNOWN = new Source(Optional.empty(), Optional.empty());
    }

    public PlatformBuilds(
            ImageBuilder builder,
            Annotations annotations,
            Source source,
            Attestations attestations,
            InstantSource clock) {
        this.builder = attestations.listsSoftware() ? builder.listingSoftware() : builder;
        this.annotations = annotations;
        this.source = source;
        this.attestations = attestations;
        this.clock = clock;
    }

    /** Fails before anything is built where annotations have no place to go. */
    public void check(List<BuildRequest> requests) throws BuildException {
        if (requests.size() > 1 && attestations.writesFiles()) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "--sbom …,file=PATH writes what one image holds: leave out the file, or build one platform at a time");
        }
        boolean noIndex = requests.size() == 1 && !attestations.hasStatements();
        if (noIndex
                && !(annotations.ofIndex().isEmpty()
                        && annotations.ofIndexDescriptor().isEmpty())) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "--annotation index:… and index-descriptor:… need an index, and one platform makes none: give"
                            + " several with --platform, or write manifest:…");
        }
    }

    /** Builds the requests, which differ in their platforms only. */
    public Publication build(List<BuildRequest> requests)
            throws BuildException, DockerfileException, IOException, InterruptedException {
        check(requests);
        List<Publication.Entry> entries = new ArrayList<>();
        Map<PublishableImage, List<Statement>> statements = new LinkedHashMap<>();
        Set<String> bases = new LinkedHashSet<>();
        for (BuildRequest request : requests) {
            Instant started = clock.instant();
            BuiltImage built = builder.build(request);
            PublishableImage image = built.image();
            Platform platform = image.platform();
            entries.add(Publication.Entry.of(image, annotations.ofManifestDescriptor(platform)));
            built.materials().forEach(material -> bases.add(material.name() + "@" + material.digest()));
            if (attestations.hasStatements()) {
                statements.put(image, attestations.of(built, request, source, started));
            }
        }
        statements.forEach((image, said) -> entries.add(Attestations.manifest(image, said)));
        Publication publication = entries.size() == 1 ? single(entries.getFirst()) : index(entries);
        return attestations
                .complete(publication, statements)
                .withOrigins(new Origins(source.gitUrl(), source.gitCommit(), List.copyOf(bases)));
    }

    private Publication single(Publication.Entry entry) {
        Map<String, String> described = entry.described().annotations();
        return Publication.of(entry.image()).withEntry(described);
    }

    private Publication index(List<Publication.Entry> entries) {
        return Publication.indexOf(entries, annotations.ofIndex()).withEntry(annotations.ofIndexDescriptor());
    }
}
