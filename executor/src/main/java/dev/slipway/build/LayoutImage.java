package dev.slipway.build;

import dev.slipway.image.Descriptor;
import dev.slipway.image.Digest;
import dev.slipway.image.ImageConfig;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import dev.slipway.image.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image in a directory, {@code oci-layout://PATH[:TAG][@DIGEST]} (OCI image specification, "Image Layout"). As with
 * buildx the tag is {@code latest} where none is given; where nothing bears that name the only image will do.
 *
 * @param directory the layout
 * @param tag what {@code org.opencontainers.image.ref.name} must say
 * @param digest of a manifest or an index
 */
public record LayoutImage(Path directory, Optional<String> tag, Optional<Digest> digest) {
    static final String SCHEME = "oci-layout://";

    private static final String REFERENCE_NAME = "org.opencontainers.image.ref.name";
    private static final String LATEST = "latest";
    private static final Pattern FORM = Pattern.compile("(.+?)(?::([\\w][\\w.-]{0,127}))?(?:@(.+))?");

    /**
     * Reads what {@code --build-context} says.
     *
     * @throws IllegalArgumentException where that is no path with a tag and a digest
     */
    static LayoutImage parse(String text, Path workingDirectory) {
        Matcher form = FORM.matcher(text.substring(SCHEME.length()));
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "write oci-layout://PATH, oci-layout://PATH:TAG or" + " oci-layout://PATH@sha256:DIGEST");
        }
        return new LayoutImage(
                workingDirectory.resolve(form.group(1)),
                Optional.ofNullable(form.group(2)),
                Optional.ofNullable(form.group(3)).map(Digest::parse));
    }

    /** The directory that a further context names, if it names a layout. */
    public static Optional<String> directory(String context) {
        return Optional.of(context)
                .filter(text -> text.startsWith(SCHEME))
                .map(text -> FORM.matcher(text.substring(SCHEME.length())))
                .filter(Matcher::matches)
                .map(form -> form.group(1));
    }

    /** Reads the documents of the image for a platform; its layers are read when they are needed. */
    BaseImage read(String name, Platform platform) throws IOException {
        Descriptor descriptor = root();
        Optional<ImageIndex> index = Optional.empty();
        while (MediaTypes.isIndex(descriptor.mediaType())) {
            ImageIndex inner = ImageIndex.parse(document(descriptor), descriptor.mediaType(), named(descriptor));
            index = index.or(() -> Optional.of(inner));
            descriptor = inner.select(platform)
                    .orElseThrow(() -> new IOException("%s has nothing for %s; it has %s"
                            .formatted(named(inner.descriptor()), platform, inner.platforms())));
        }
        Manifest manifest = Manifest.parse(document(descriptor), descriptor.mediaType(), named(descriptor));
        if (!manifest.isImage()) {
            throw new ImageFormatException("%s is not an image to build on: its config is of the media type \"%s\""
                    .formatted(named(descriptor), manifest.config().mediaType()));
        }
        ImageConfig config = ImageConfig.parse(document(manifest.config()), named(manifest.config()));
        return new BaseImage(name, new LayerOrigin.Layout(this), index, manifest, config);
    }

    /** The bytes of a layer, which whoever reads them compares with the digest. */
    InputStream open(Descriptor layer) throws IOException {
        try {
            return Files.newInputStream(blob(layer));
        } catch (NoSuchFileException missing) {
            throw new IOException("%s is missing: was the layout written to the end?".formatted(named(layer)), missing);
        }
    }

    private Descriptor root() throws IOException {
        Path file = directory.resolve("index.json");
        byte[] raw;
        try (InputStream in = Files.newInputStream(file)) {
            raw = in.readNBytes(Manifest.LARGEST_BYTES + 1);
        } catch (NoSuchFileException missing) {
            throw new IOException(
                    "\"%s\" is no OCI layout: it has no index.json; check the path".formatted(directory), missing);
        }
        if (raw.length > Manifest.LARGEST_BYTES) {
            throw new ImageFormatException("\"%s\" has more than %d bytes, which is more than any document"
                    .formatted(file, Manifest.LARGEST_BYTES));
        }
        ImageIndex listed = ImageIndex.parse(raw, MediaTypes.OCI_INDEX, "of \"%s\"".formatted(directory));
        List<Descriptor> images = listed.manifests().stream()
                .filter(entry -> entry.artifactType().isEmpty())
                .toList();
        if (digest.isPresent()) {
            return byDigest(images, digest.get());
        }
        Optional<Descriptor> found = byTag(images, tag.orElse(LATEST));
        if (found.isEmpty() && tag.isEmpty() && images.size() == 1) {
            return images.getFirst();
        }
        return found.orElseThrow(() -> new IOException("the OCI layout \"%s\" has no image \"%s\"; it has %s"
                .formatted(directory, tag.orElse(LATEST), described(images))));
    }

    private Descriptor byDigest(List<Descriptor> images, Digest wanted) throws IOException {
        for (Descriptor image : images) {
            if (image.digest().equals(wanted)) {
                return image;
            }
            if (MediaTypes.isIndex(image.mediaType())) {
                ImageIndex inner = ImageIndex.parse(document(image), image.mediaType(), named(image));
                Optional<Descriptor> found = inner.manifests().stream()
                        .filter(entry -> entry.digest().equals(wanted))
                        .findFirst();
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        throw new IOException(
                "the OCI layout \"%s\" has no image %s; it has %s".formatted(directory, wanted, described(images)));
    }

    /** Some tools write a tag alone, others the whole reference. */
    private static Optional<Descriptor> byTag(List<Descriptor> images, String wanted) {
        return images.stream()
                .filter(image -> {
                    String name = image.annotations().getOrDefault(REFERENCE_NAME, "");
                    return name.equals(wanted) || name.endsWith(":" + wanted);
                })
                .findFirst();
    }

    private static List<String> described(List<Descriptor> images) {
        return images.stream()
                .map(image -> image.annotations()
                        .getOrDefault(REFERENCE_NAME, image.digest().toString()))
                .toList();
    }

    private byte[] document(Descriptor descriptor) throws IOException {
        if (descriptor.sizeBytes() > Manifest.LARGEST_BYTES) {
            throw new ImageFormatException("%s has %d bytes, which is more than any document"
                    .formatted(named(descriptor), descriptor.sizeBytes()));
        }
        byte[] raw;
        try (InputStream in = open(descriptor)) {
            raw = in.readNBytes((int) descriptor.sizeBytes() + 1);
        }
        if (!descriptor.digest().matches(raw)) {
            throw new IOException(
                    "%s is damaged: its bytes are those of %s".formatted(named(descriptor), Digest.of(raw)));
        }
        return raw;
    }

    private Path blob(Descriptor descriptor) {
        Digest name = descriptor.digest();
        return directory.resolve("blobs").resolve(name.algorithm().toString()).resolve(name.hex());
    }

    private String named(Descriptor descriptor) {
        return "%s of the OCI layout \"%s\"".formatted(descriptor.digest(), directory);
    }

    @Override
    public String toString() {
        return SCHEME
                + directory
                + tag.map(text -> ":" + text).orElse("")
                + digest.map(found -> "@" + found).orElse("");
    }
}
