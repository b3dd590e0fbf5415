package dev.slipway.context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * All resolvers of this executor; picks the one for a URI and applies {@code --context-sub-path} to what it gives
 * (contexts.md).
 */
public final class ContextResolvers {

    /** Schemes that users of other builders know, so that the error says more than "unknown". */
    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("s3", "S3"),
            Map.entry("gs", "Google Cloud Storage"),
            Map.entry("https", "HTTPS, Azure Blob Storage and git over HTTPS"),
            Map.entry("http", "HTTP"),
            Map.entry("git", "git"),
            Map.entry("ssh", "git over SSH"));

    /** Of an image there are files to copy from and to build upon, but no Dockerfile. */
    private static final Set<String> IMAGES = Set.of("docker-image", "oci-layout");

    private final Iterable<ContextResolver> resolvers;

    private ContextResolvers(Iterable<ContextResolver> resolvers) {
        this.resolvers = resolvers;
    }

    public ContextResolvers(List<ContextResolver> resolvers) {
        this((Iterable<ContextResolver>) List.copyOf(resolvers));
    }

    /**
     * Those on the class path: ours and then those of plugin jars. They are looked for as far as a URI needs, because to
     * know that there is no further one is to open every jar.
     */
    public static ContextResolvers installed() {
        return new ContextResolvers(ServiceLoader.load(ContextResolver.class, ContextResolver.class.getClassLoader()));
    }

    /** The spellings that all resolvers take, for the help. */
    public List<String> forms() {
        return stream().flatMap(resolver -> resolver.forms().stream()).toList();
    }

    /**
     * Makes the context that {@code text} names available.
     *
     * @param subPath {@code --context-sub-path}: a directory of the context to use as its root
     */
    public BuildContext resolve(String text, Optional<String> subPath, ContextOptions options)
            throws ContextException, InterruptedException {
        ContextUri uri = ContextUri.parse(text);
        ContextResolver resolver =
                stream().filter(candidate -> candidate.accepts(uri)).findFirst().orElseThrow(() -> unsupported(uri));
        BuildContext context = resolver.resolve(uri, options);
        if (subPath.isEmpty() || subPath.get().isEmpty()) {
            return context;
        }
        try {
            return context.below(directoryWithin(context, subPath.get()));
        } catch (ContextException e) {
            try (context) { // what was fetched goes, and its failure is not lost
                throw e;
            }
        }
    }

    private Stream<ContextResolver> stream() {
        return StreamSupport.stream(resolvers.spliterator(), false);
    }

    private ContextException unsupported(ContextUri uri) {
        String supported = forms().stream().collect(Collectors.joining(", "));
        if (IMAGES.contains(uri.scheme())) {
            return new ContextException(
                    "context %s: an image can't be the main context; give it by --build-context NAME=%s; supported: %s"
                            .formatted(uri.quoted(), ContextUri.withoutLogin(uri.text()), supported));
        }
        String known = KNOWN.get(uri.scheme());
        return new ContextException(
                known == null
                        ? "context %s: unknown scheme \"%s\"; supported: %s"
                                .formatted(uri.quoted(), uri.scheme(), supported)
                        : "context %s: %s (\"%s\") is not built in; supported: %s"
                                .formatted(uri.quoted(), known, uri.scheme(), supported));
    }

    private static Path directoryWithin(BuildContext context, String subPath) throws ContextException {
        String what = "--context-sub-path \"%s\" of context \"%s\"".formatted(subPath, context.origin());
        try {
            Path root = context.root().toRealPath();
            String relative = subPath.replaceFirst("^/+", "");
            Path lexical = root.resolve(relative).normalize();
            if (!lexical.startsWith(root)) {
                throw new ContextException(what + " leaves the context: name a directory inside it");
            }
            if (!Files.exists(root.resolve(relative))) {
                throw new ContextException(what + " is not there" + nearest(root, lexical));
            }
            Path found = root.resolve(relative).toRealPath();
            if (!found.startsWith(root)) {
                throw new ContextException(
                        what + " leaves the context through a symbolic link: it points to \"" + found + '"');
            }
            if (!Files.isDirectory(found)) {
                throw new ContextException(what + " is not a directory");
            }
            return found;
        } catch (IOException | InvalidPathException e) {
            throw new ContextException(what + " can't be read: " + e.getMessage(), e);
        }
    }

    /** Names the deepest directory of the way that is there, which is where a person looks for the slip. */
    private static String nearest(Path root, Path missing) {
        for (Path at = missing.getParent(); at != null && !at.equals(root); at = at.getParent()) {
            if (Files.exists(at)) {
                return "; \"" + root.relativize(at) + "\" is";
            }
        }
        return "";
    }
}
