package dev.slipway.registry;

import java.util.List;
import java.util.Locale;

/**
 * Recognises that a registry refuses to move a tag. The distribution-spec has no code for it, so every vendor found one
 * of its own; docs/registries.md has the evidence.
 */
final class Immutability {
    /** Quay, and what several registries use. */
    private static final List<String> CODES =
            List.of("TAG_ALREADY_EXISTS", "TAG_IMMUTABLE", "IMAGETAGALREADYEXISTSEXCEPTION");

    /** ECR's, whose words have changed; by the distribution-spec a tag that the manifest doesn't agree with. */
    private static final String AMBIGUOUS_CODE = "TAG_INVALID";

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

    /** @param path of the request, as only a tag is immutable */
    static boolean isMeant(String path, int status, List<String> codes, String said) {
        int name = path.indexOf("/manifests/");
        boolean ofATag = name >= 0 && path.indexOf(':', name) < 0;
        if (!ofATag || status < 400 || status >= 500) {
            return false;
        }
        boolean refusesWhatIsThere = status == 400 || status == 409 || status == 412;
        String text = said.toLowerCase(Locale.ROOT);
        return codes.stream()
                        .map(code -> code.toUpperCase(Locale.ROOT))
                        .anyMatch(code -> CODES.contains(code) || refusesWhatIsThere && code.equals(AMBIGUOUS_CODE))
                || WORDS.stream().anyMatch(text::contains);
    }
}
