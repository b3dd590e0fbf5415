package dev.slipway.build;

/** {@code --dockerfile}: where the text of the Dockerfile comes from (spec: flags). */
public sealed interface DockerfileSource {

    /** What a user knows it by; never holds a credential. */
    String name();

    /** A file, looked up in the context, then in the working directory. */
    record AtPath(String path) implements DockerfileSource {
        @Override
        public String name() {
            return path;
        }
    }

    /**
     * Text that was read before: from standard input, or from behind a URL. As with buildx only the context's own
     * {@code .dockerignore} belongs to it.
     */
    record Given(String name, byte[] text) implements DockerfileSource {
        public Given {
            text = text.clone();
        }

        @Override
        public byte[] text() {
            return text.clone();
        }
    }
}
