package dev.slipway.cli;

import dev.slipway.build.DockerfileSource;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.StandardInput;
import dev.slipway.context.http.HttpDocument;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** {@code --dockerfile}: a path, a URL, or {@code -} for standard input; the latter two are read here, and once. */
final class DockerfileFromFlags {
    /** More than any Dockerfile that a person, or a generator, writes. */
    private static final int MOST_BYTES = 32 << 20;

    private static final Set<String> STANDARD_INPUT = Set.of("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0");

    private final GivenFlags flags;
    private final NetworkSettings network;
    private final StandardInput input;

    DockerfileFromFlags(GivenFlags flags, NetworkSettings network, StandardInput input) {
        this.flags = flags;
        this.network = network;
        this.input = input;
    }

    DockerfileSource source() throws UsageException, ContextException, InterruptedException {
        String text = flags.valueOrDefault(SourceFlags.DOCKERFILE);
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://") || lower.startsWith("https://")) {
            byte[] document = HttpDocument.read("--dockerfile", text, MOST_BYTES, network, flags.environment());
            return new DockerfileSource.Given(ContextUri.parse(text).toString(), document);
        }
        return STANDARD_INPUT.contains(text) ? ofInput(text) : new DockerfileSource.AtPath(text);
    }

    private DockerfileSource ofInput(String text) throws UsageException, ContextException {
        String context = ContextFromFlags.uri(flags);
        if (context.startsWith("tar://stdin")) {
            throw new UsageException(
                    "--dockerfile %s and --context %s both read standard input: name one of them as a file"
                            .formatted(text, context));
        }
        if (input.terminal()) {
            throw new UsageException(
                    "--dockerfile %s: standard input is a terminal; pipe the Dockerfile in, as in".formatted(text)
                            + " \"executor --dockerfile - < Dockerfile\" (in a container: docker run -i)");
        }
        byte[] read;
        try {
            read = input.stream().readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw new ContextException(
                    "--dockerfile %s: standard input can't be read: %s".formatted(text, e.getMessage()), e);
        }
        if (read.length == 0) {
            throw new ContextException(
                    "--dockerfile %s: standard input is empty; pipe the Dockerfile in (in a container: docker run -i)"
                            .formatted(text));
        }
        if (read.length > MOST_BYTES) {
            throw new ContextException(
                    "--dockerfile %s: more than %d bytes came, which is no Dockerfile".formatted(text, MOST_BYTES));
        }
        return new DockerfileSource.Given("Dockerfile from standard input", read);
    }
}
