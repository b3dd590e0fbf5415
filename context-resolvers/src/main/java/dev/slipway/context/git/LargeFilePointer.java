package dev.slipway.context.git;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a repository holds in the place of a large file (git-lfs, docs/spec.md).
 *
 * @param sha256 the content's hash, 64 hexadecimal digits
 */
record LargeFilePointer(String sha256, long sizeBytes) {

    /** The specification's limit. */
    static final int LARGEST_BYTES = 1024;

    private static final Pattern FORM = Pattern.compile(
            "version https://(?:git-lfs\\.github\\.com|hawser\\.github\\.com)/spec/v1\n(?:ext-[^\n]*\n)*"
                    + "oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,18})(?:\n(?:[^\n]+\n)*[^\n]*)?");

    /** The pointer that a blob is; empty if it is an ordinary file. */
    static Optional<LargeFilePointer> parse(byte[] blob) {
        Matcher matcher = FORM.matcher(new String(blob, StandardCharsets.UTF_8));
        return matcher.matches()
                ? Optional.of(new LargeFilePointer(matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }
}
