package dev.slipway.cli;

import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Finding;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Names for findings by which a viewer tells old ones from new ones: they depend on the rule and the text of the line,
 * not on its number, so that a line added above makes nothing new.
 */
final class Fingerprints {
    private final Checked checked;
    private final Map<String, Integer> seen = new HashMap<>();

    Fingerprints(Checked checked) {
        this.checked = checked;
    }

    String of(Finding finding) {
        return of(finding.rule().id(), checked.file().line(finding.mark().startLine()), finding.message());
    }

    String of(DockerfileException refusal) {
        return of(Checked.INVALID, refusal.file(), refusal.problem());
    }

    private String of(String rule, String line, String message) {
        String text = String.join("\0", checked.path(), rule, line.strip(), message);
        int before = seen.merge(text, 1, Integer::sum) - 1;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((text + "\0" + before).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 20);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
