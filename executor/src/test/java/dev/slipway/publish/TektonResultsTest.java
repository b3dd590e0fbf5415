package dev.slipway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of our results Tekton Chains takes for what (tekton.dev, "Chains Type Hinting"). */
class TektonResultsTest {
    private static List<String> ending(String suffix) {
        return TektonResults.NAMES.stream()
                .filter(name -> name.endsWith(suffix))
                .toList();
    }

    @Test
    void oneImageIsSignedByItsUrlAndDigest() {
        assertThat(ending("IMAGE_URL")).containsExactly("IMAGE_URL");
        assertThat(ending("IMAGE_DIGEST")).containsExactly("IMAGE_DIGEST");
        assertThat(TektonResults.NAMES).contains("IMAGES");
    }

    @Test
    void noOtherResultIsTakenForAnArtifact() {
        assertThat(ending("ARTIFACT_URI")).isEmpty();
        assertThat(ending("ARTIFACT_DIGEST")).isEmpty();
        assertThat(ending("-ARTIFACT_INPUTS")).isEmpty();
        assertThat(ending("ARTIFACT_OUTPUTS")).containsExactly("image_ARTIFACT_OUTPUTS");
    }

    @Test
    void theSourceIsNamedAsChainsReadsIt() {
        assertThat(ending("CHAINS-GIT_URL")).containsExactly("CHAINS-GIT_URL");
        assertThat(ending("CHAINS-GIT_COMMIT")).containsExactly("CHAINS-GIT_COMMIT");
    }
}
