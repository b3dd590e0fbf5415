package dev.slipway.publish;

import dev.slipway.image.Digest;
import dev.slipway.registry.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The files that tell other steps what was published, byte for byte as kaniko writes them: {@code --digest-file}
 * without a line end, the others a line per destination.
 */
final class DigestFiles {
    /** What kaniko, and what reads its files, calls Docker Hub. */
    private static final String HUB = "index.docker.io";

    private DigestFiles() {}

    static void write(PublishRequest request, Digest digest) throws IOException {
        write("--digest-file", request.digestFile(), digest.toString());
        write(
                "--image-name-with-digest-file",
                request.imageNameWithDigestFile(),
                lines(request, destination -> name(destination) + "@" + digest));
        write(
                "--image-name-tag-with-digest-file",
                request.imageNameTagWithDigestFile(),
                lines(request, destination -> name(destination) + ":" + destination.tagOrLatest() + "@" + digest));
    }

    private static String name(ImageReference destination) {
        return destination.registry().equals(ImageReference.DOCKER_HUB)
                ? HUB + "/" + destination.repository()
                : destination.name();
    }

    private static String lines(PublishRequest request, Function<ImageReference, String> line) {
        return request.destinations().stream()
                .map(line.andThen(text -> text + "\n"))
                .collect(Collectors.joining());
    }

    private static void write(String flag, Optional<Path> file, String text) throws IOException {
        if (file.isPresent()) {
            OutputFile.write(flag, file.get(), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
