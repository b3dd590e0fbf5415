package dev.slipway.build;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.attest.BillOfMaterials;
import dev.slipway.attest.PackageCatalog;
import dev.slipway.attest.Provenance;
import dev.slipway.attest.SigningKey;
import dev.slipway.attest.SigstoreBundle;
import dev.slipway.attest.SimpleSigning;
import dev.slipway.attest.Statement;
import dev.slipway.image.Descriptor;
import dev.slipway.image.DiffId;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaFamily;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import dev.slipway.progress.ProgressListener;
import dev.slipway.publish.Publication;
import dev.slipway.publish.Publication.Referrer;
import dev.slipway.publish.PublishableImage;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes what is said of an image: statements in the form of BuildKit's attestation manifests and as OCI 1.1 referrers,
 * and signatures in cosign's forms.
 */
public final class Attestations {
    private static final Platform UNKNOWN = Platform.of("unknown", "unknown");

    private final AttestationRequest request;
    private final List<ImageReference> names;
    private final SoftwareScan software;
    private final ProgressListener progress;
    private final InstantSource clock;
    private final Map<Path, byte[]> files = new HashMap<>();

    /** @param names what the image will be called */
    public Attestations(
            AttestationRequest request,
            List<ImageReference> names,
            RegistryClient registries,
            ProgressListener progress,
            InstantSource clock) {
        this.request = request;
        this.names = List.copyOf(names);
        this.software = new SoftwareScan(registries);
        this.progress = progress;
        this.clock = clock;
    }

    boolean hasStatements() {
        return request.hasStatements();
    }

    boolean listsSoftware() {
        return !request.bills().isEmpty();
    }

    boolean writesFiles() {
        return request.bills().values().stream().anyMatch(Optional::isPresent);
    }

    /** What is said of one platform's image. */
    List<Statement> of(BuiltImage built, BuildRequest how, PlatformBuilds.Source source, Instant started)
            throws IOException {
        PublishableImage image = built.image();
        Platform platform = image.platform();
        List<String> subjects = names.stream()
                .map(name -> packageUrl(name.name(), Optional.of(name.tagOrLatest()), platform))
                .toList();
        List<Statement> statements = new ArrayList<>();
        List<BillOfMaterials> bills = listsSoftware() ? bills(built) : List.of();
        for (Map.Entry<BillOfMaterials.Format, Optional<Path>> wanted :
                request.bills().entrySet()) {
            List<ObjectNode> documents =
                    bills.stream().map(bill -> bill.in(wanted.getKey())).toList();
            wanted.getValue().ifPresent(file -> files.put(file, BillOfMaterials.bytes(documents.getFirst())));
            for (ObjectNode document : documents) {
                statements.add(new Statement(
                        subjects, image.manifest().digest(), wanted.getKey().predicateType(), document));
            }
        }
        if (request.provenance().isPresent()) {
            statements.add(new Statement(
                    subjects,
                    image.manifest().digest(),
                    Provenance.PREDICATE_TYPE,
                    provenance(built, how, source, started).predicate()));
        }
        return statements;
    }

    /** The image's own, then those of what the Dockerfile wants listed, too. */
    private List<BillOfMaterials> bills(BuiltImage built) throws IOException {
        List<BillOfMaterials> bills = new ArrayList<>();
        bills.add(bill(built.image(), Optional.empty(), software.of(built.image())));
        for (Map.Entry<String, PackageCatalog> part : built.furtherSoftware().entrySet()) {
            bills.add(bill(built.image(), Optional.of(part.getKey()), part.getValue()));
        }
        return bills;
    }

    private BillOfMaterials bill(PublishableImage image, Optional<String> part, PackageCatalog catalog)
            throws IOException {
        catalog.unread().forEach(problem -> progress.warn("software bill of materials: " + problem));
        ImageConfig config = ImageConfig.parse(image.config(), "of the image that was built");
        return new BillOfMaterials(
                names.isEmpty() ? "image" : names.getFirst().name(),
                image.manifest().digest(),
                part,
                config.created().orElse(Instant.EPOCH),
                request.tool(),
                catalog.packages(),
                catalog.unread());
    }

    private Provenance provenance(BuiltImage built, BuildRequest how, PlatformBuilds.Source source, Instant started)
            throws IOException {
        AttestationRequest.ProvenanceRequest wanted = request.provenance().orElseThrow();
        Map<String, String> parameters = new HashMap<>();
        parameters.put("frontend", "dockerfile.v0");
        how.target().ifPresent(target -> parameters.put("target", target));
        parameters.put("platform", built.image().platform().toString());
        return new Provenance(
                wanted.builderId(),
                UUID.randomUUID().toString(),
                new Provenance.Source(
                        source.gitUrl().map(url -> "git+" + url.replaceFirst("^git(\\+|(?=:))", "")),
                        source.gitCommit(),
                        how.dockerfile().name()),
                parameters,
                wanted.arguments() ? how.buildArguments() : Map.of(),
                built.materials().stream()
                        .map(material -> new Provenance.Material(packageUrl(material), material.digest()))
                        .toList(),
                started,
                clock.instant());
    }

    private static String packageUrl(BuiltImage.Material material) {
        if (material.name().startsWith(LayoutImage.SCHEME)) {
            return "pkg:oci/%s?platform=%s"
                    .formatted(
                            URLEncoder.encode(
                                    material.name().substring(LayoutImage.SCHEME.length()), StandardCharsets.UTF_8),
                            URLEncoder.encode(material.platform().toString(), StandardCharsets.UTF_8));
        }
        ImageReference name = ImageReference.parse(material.name());
        return packageUrl(
                name.name(),
                name.digest().isPresent() ? Optional.empty() : Optional.of(name.tagOrLatest()),
                material.platform());
    }

    private static String packageUrl(String name, Optional<String> tag, Platform platform) {
        return "pkg:docker/%s%s?platform=%s"
                .formatted(
                        name.replaceFirst("^docker\\.io/(library/)?", "").replace(":", "%3A"),
                        tag.map(text -> "@" + text).orElse(""),
                        URLEncoder.encode(platform.toString(), StandardCharsets.UTF_8));
    }

    /** BuildKit's attestation manifest ("Attestation storage"), as an entry of the index that has the image. */
    static Publication.Entry manifest(PublishableImage image, List<Statement> statements) {
        List<PublishableImage.Layer> layers = new ArrayList<>();
        ImageConfig config = ImageConfig.scratch(UNKNOWN);
        List<DiffId> diffIds = new ArrayList<>();
        for (Statement statement : statements) {
            PublishableImage.Layer layer = layer(statement);
            layers.add(layer);
            diffIds.add(new DiffId(layer.descriptor().digest()));
        }
        byte[] raw = new ImageConfig(UNKNOWN, Optional.empty(), "", config.container(), diffIds, List.of()).toJson();
        Manifest manifest = Manifest.create(
                MediaFamily.OCI,
                Descriptor.of(MediaTypes.OCI_CONFIG, raw),
                layers.stream().map(PublishableImage.Layer::descriptor).toList(),
                Map.of());
        return new Publication.Entry(
                new PublishableImage(manifest, raw, layers),
                manifest.descriptor()
                        .withPlatform(UNKNOWN)
                        .withAnnotations(Map.of(
                                "vnd.docker.reference.digest",
                                image.manifest().digest().toString(),
                                "vnd.docker.reference.type",
                                "attestation-manifest")));
    }

    private static PublishableImage.Layer layer(Statement statement) {
        return blob(
                MediaTypes.IN_TOTO, statement.toJson(), Map.of(Statement.PREDICATE_TYPE, statement.predicateType()));
    }

    private static PublishableImage.Layer blob(String mediaType, byte[] content, Map<String, String> annotations) {
        return PublishableImage.Layer.local(
                Descriptor.of(mediaType, content).withAnnotations(annotations),
                offset -> new ByteArrayInputStream(content, (int) offset, content.length - (int) offset));
    }

    /** The publication with its statements as referrers, signed where there is a key, and its signatures. */
    Publication complete(Publication publication, Map<PublishableImage, List<Statement>> statements) {
        Publication complete = publication.withFiles(files);
        for (Map.Entry<PublishableImage, List<Statement>> each : statements.entrySet()) {
            for (Statement statement : each.getValue()) {
                complete = complete.with(referrer(each.getKey().manifest().descriptor(), statement));
            }
        }
        return request.key().isPresent()
                ? complete.withSignatures((whole, repository) ->
                        signatures(whole, repository, request.key().get()))
                : complete;
    }

    private Referrer referrer(Descriptor subject, Statement statement) {
        Map<String, String> annotations = Map.of(Statement.PREDICATE_TYPE, statement.predicateType());
        return request.key()
                .map(key -> bundle(subject, statement, key))
                .orElseGet(() -> artifact(MediaTypes.IN_TOTO, layer(statement), subject, annotations));
    }

    private static Referrer bundle(Descriptor subject, Statement statement, SigningKey key) {
        Map<String, String> annotations = Map.of(
                "dev.sigstore.bundle.content",
                "dsse-envelope",
                "dev.sigstore.bundle.predicateType",
                statement.predicateType());
        byte[] bundle = SigstoreBundle.of(statement.toJson(), key);
        return artifact(
                SigstoreBundle.MEDIA_TYPE, blob(SigstoreBundle.MEDIA_TYPE, bundle, Map.of()), subject, annotations);
    }

    /** cosign's signature under its tag, and its newer bundle; both say that this digest belongs to this repository. */
    private static List<Referrer> signatures(Publication whole, ImageReference repository, SigningKey key) {
        byte[] payload = SimpleSigning.payload(repository.name(), whole.digest());
        PublishableImage.Layer signed = blob(
                SimpleSigning.MEDIA_TYPE,
                payload,
                Map.of(SimpleSigning.SIGNATURE, Base64.getEncoder().encodeToString(key.sign(payload))));
        Referrer simple = artifact(Publication.COSIGN_SIGNATURE, signed, whole.root(), Map.of());
        Statement statement = new Statement(
                List.of(repository.name()),
                whole.digest(),
                SigstoreBundle.SIGNED,
                JsonNodeFactory.instance.objectNode());
        return List.of(
                new Referrer(simple.artifact(), simple.listed(), Optional.of(Publication.signatureTag(whole.digest()))),
                bundle(whole.root(), statement, key));
    }

    private static Referrer artifact(
            String type, PublishableImage.Layer layer, Descriptor subject, Map<String, String> annotations) {
        // cosign and podman read a signature's manifest as an image's, so its config is one.
        boolean signature = type.equals(Publication.COSIGN_SIGNATURE);
        byte[] config = signature
                ? new ImageConfig(
                                UNKNOWN,
                                Optional.empty(),
                                "",
                                ImageConfig.scratch(UNKNOWN).container(),
                                List.of(new DiffId(layer.descriptor().digest())),
                                List.of())
                        .toJson()
                : "{}".getBytes(StandardCharsets.UTF_8);
        Manifest manifest = Manifest.createArtifact(
                type,
                Descriptor.of(signature ? MediaTypes.OCI_CONFIG : MediaTypes.OCI_EMPTY, config),
                List.of(layer.descriptor()),
                Descriptor.of(subject.mediaType(), subject.digest(), subject.sizeBytes()),
                annotations);
        return new Referrer(
                new PublishableImage(manifest, config, List.of(layer)),
                manifest.descriptor().withArtifactType(type).withAnnotations(annotations),
                Optional.empty());
    }
}
