package dev.slipway.build;

import dev.slipway.dockerfile.DockerIgnore;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.image.Platform;
import dev.slipway.progress.FailureClass;
import dev.slipway.registry.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code --build-context} puts in the place of stages, images and {@code --from} names (spec: named contexts).
 * Directories and images are known; {@link RemoteSources} fetches the other kinds when something needs them.
 */
final class NamedContexts {
    private static final String IMAGE_SCHEME = "docker-image://";

    private final Map<String, Base> byName;
    private final Platform platform;

    private NamedContexts(Map<String, Base> byName, Platform platform) {
        this.byName = byName;
        this.platform = platform;
    }

    static NamedContexts of(Map<String, String> flags, Path workingDirectory, Platform platform) throws BuildException {
        Map<String, Base> byName = new LinkedHashMap<>();
        for (Map.Entry<String, String> flag : flags.entrySet()) {
            byName.put(familiar(flag.getKey()), base(flag.getKey(), flag.getValue(), workingDirectory));
        }
        return new NamedContexts(byName, platform);
    }

    /** The context of that name for the target platform first, then for any. */
    Optional<Base> find(String name) {
        return find(name, platform);
    }

    /** The context of that name for a platform first, then for any. */
    Optional<Base> find(String name, Platform platform) {
        String familiar = familiar(name);
        return Optional.ofNullable(byName.get(familiar + "::" + platform))
                .or(() -> Optional.ofNullable(byName.get(familiar)));
    }

    /** Docker Hub's images by their short names, without {@code :latest}. */
    private static String familiar(String name) {
        String plain = name.replaceFirst("::[^:]*$", "");
        String platform = name.substring(plain.length());
        try {
            ImageReference reference = ImageReference.parse(plain);
            String text = reference.registry().equals(ImageReference.DOCKER_HUB)
                    ? reference.repository().replaceFirst("^library/", "")
                    : reference.name();
            String tag = reference
                    .tag()
                    .filter(found -> !found.equals("latest"))
                    .map(found -> ":" + found)
                    .orElse("");
            return text + tag + reference.digest().map(digest -> "@" + digest).orElse("") + platform;
        } catch (IllegalArgumentException noReference) {
            return name;
        }
    }

    private static Base base(String name, String value, Path workingDirectory) throws BuildException {
        if (value.startsWith(IMAGE_SCHEME)) {
            String image = value.substring(IMAGE_SCHEME.length());
            return image.equals(SourceNames.SCRATCH) ? new Base.Scratch() : new Base.OfImage(image);
        }
        if (value.startsWith(LayoutImage.SCHEME)) {
            return new Base.OfImage(name, Optional.of(layout(name, value, workingDirectory)));
        }
        String path = value.replaceFirst("^(dir|file)://", "");
        if (path.contains("://") || path.matches("[^/]+@[^/]+:.*")) {
            return new Base.OfRemote(name, value);
        }
        Path root = workingDirectory.resolve(path);
        if (!Files.isDirectory(root)) {
            throw new BuildException(
                    FailureClass.CONTEXT,
                    "--build-context %s=%s: \"%s\" is no directory; check the path".formatted(name, value, root));
        }
        try {
            return new Base.OfDirectory(name, root.toRealPath(), true);
        } catch (IOException e) {
            throw new BuildException(
                    FailureClass.CONTEXT,
                    "--build-context %s=%s: \"%s\" can't be read: %s".formatted(name, value, root, e.getMessage()),
                    e);
        }
    }

    private static LayoutImage layout(String name, String value, Path workingDirectory) throws BuildException {
        try {
            return LayoutImage.parse(value, workingDirectory);
        } catch (IllegalArgumentException refused) {
            throw new BuildException(
                    FailureClass.USAGE,
                    "--build-context %s=%s: %s".formatted(name, value, refused.getMessage()),
                    refused);
        }
    }

    /** What the context's own {@code .dockerignore} keeps out. */
    static DockerIgnore ignored(Base.OfDirectory context) throws BuildException {
        if (!context.heedsIgnoreFile()) {
            return DockerIgnore.none();
        }
        Path file = context.root().resolve(".dockerignore");
        try {
            Optional<byte[]> text = ContextText.read(context.root(), file);
            return text.isPresent() ? DockerIgnore.parse(file.toString(), text.get()) : DockerIgnore.none();
        } catch (IOException | DockerfileException e) {
            throw new BuildException(
                    FailureClass.CONTEXT,
                    "--build-context %s: \"%s\" can't be read: %s".formatted(context.name(), file, e.getMessage()),
                    e);
        }
    }
}
