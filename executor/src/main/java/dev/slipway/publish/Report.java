package dev.slipway.publish;

/** A file, or directory of files, that tells other tools what was published. Each is written after the push. */
public enum Report {
    /** {@code sha256:…} and no line end. */
    DIGEST("--digest-file"),
    /** {@code REPOSITORY@DIGEST}, a line per destination. */
    IMAGE_NAME_WITH_DIGEST("--image-name-with-digest-file"),
    /** {@code REPOSITORY:TAG@DIGEST}, a line per destination. */
    IMAGE_NAME_TAG_WITH_DIGEST("--image-name-tag-with-digest-file"),
    /** The image's ID as buildx has it: the config's digest, the index's where there are several images. */
    IMAGE_ID("--iidfile"),
    /** buildx's JSON. */
    METADATA("--metadata-file"),
    /** GitLab's dotenv report. */
    DOTENV("--dotenv"),
    /** A directory with a file per Tekton result. */
    RESULTS("--results-dir"),
    /** A directory with kaniko's file {@code images}. */
    BUILDER_OUTPUT("BUILDER_OUTPUT");

    private final String flag;

    Report(String flag) {
        this.flag = flag;
    }

    /** The flag, or environment variable, that asks for it. */
    @Override
    public String toString() {
        return flag;
    }
}
