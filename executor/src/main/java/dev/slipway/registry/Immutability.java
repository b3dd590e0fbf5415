package dev.slipway.registry;

import java.util.List;
import java.util.Locale;

/**
 * Recognises that a registry refuses to move a tag. The distribution-spec has no code for it, so every vendor found one
 * of its own; docs/registries.md has the evidence.
 */
final class Immutability {
    /** ECR; Quay; and what several registries use for both. */
    private static final List<String> CODES =
            List.of("TAG_INVALID", "TAG_ALREADY_EXISTS", "TAG_IMMUTABLE", "IMAGETAGALREADYEXISTSEXCEPTION");

    private static final List<String> WORDS = List.of(
            // ECR, Harbor (412), GitLab, Docker Hub, Artifact Registry ("has enabled tag immutability")
            "immutable",
            "immutability",
            "cannot be overwritten",
            "cannot be updated",
            // Artifactory, where the user may deploy but not delete (403); the versions differ in a word
            "not enough permissions to delete/overwrite artifact",
            "not enough permissions to overwrite artifact",
            // Nexus with the deployment policy "disable redeploy" (400)
            "does not allow updating",
            // ACR with a locked tag (405)
            "disallowed on this registry, repository or image");

    private Immutability() {}

    static boolean isMeant(int status, List<String> codes, String said) {
        String text = said.toLowerCase(Locale.ROOT);
        return status >= 400
                && status < 500
                && (codes.stream().map(code -> code.toUpperCase(Locale.ROOT)).anyMatch(CODES::contains)
                        || WORDS.stream().anyMatch(text::contains));
    }
}
