package dev.slipway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.dockerfile.CheckRule;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Finding;
import dev.slipway.dockerfile.SourceRange;

/**
 * Findings as GitLab reads them into a merge request: an array of violations with description, check name, fingerprint,
 * severity and place, all of which it asks for.
 */
final class CodeQuality {
    private final Checked checked;

    CodeQuality(Checked checked) {
        this.checked = checked;
    }

    ArrayNode json() {
        ArrayNode violations = JsonNodeFactory.instance.arrayNode();
        Fingerprints fingerprints = new Fingerprints(checked);
        for (Finding finding : checked.findings()) {
            ObjectNode violation = violation(
                    violations,
                    finding.rule().id(),
                    finding.message() + " (" + finding.url() + ")",
                    fingerprints.of(finding),
                    checked.failing() ? "critical" : severity(finding.rule()));
            location(violation, checked.path(), finding.mark());
        }
        checked.refusal().ifPresent(refusal -> {
            ObjectNode violation =
                    violation(violations, Checked.INVALID, words(refusal), fingerprints.of(refusal), "blocker");
            String path = refusal.file().equals(checked.file().name()) ? checked.path() : refusal.file();
            location(violation, path, refusal.range());
        });
        return violations;
    }

    /** The problem and what would be right, without the lines that the viewer shows itself. */
    static String words(DockerfileException refusal) {
        return refusal.problem()
                + refusal.expectation().map(right -> ". " + right).orElse("");
    }

    private static ObjectNode violation(
            ArrayNode violations, String rule, String description, String fingerprint, String severity) {
        return violations
                .addObject()
                .put("description", description)
                .put("check_name", rule)
                .put("fingerprint", fingerprint)
                .put("severity", severity);
    }

    private static void location(ObjectNode violation, String path, SourceRange range) {
        violation
                .putObject("location")
                .put("path", path)
                .putObject("lines")
                .put("begin", range.startLine())
                .put("end", range.endLine());
    }

    /** What changes the image or leaks is major; what only reads badly is minor. */
    private static String severity(CheckRule rule) {
        return switch (rule) {
            case SECRETS_USED_IN_ARG_OR_ENV, INVALID_BASE_IMAGE_PLATFORM, COPY_IGNORED_FILE -> "major";
            case UNDEFINED_VAR,
                    UNDEFINED_ARG_IN_FROM,
                    INVALID_DEFAULT_ARG_IN_FROM,
                    DUPLICATE_STAGE_NAME,
                    RESERVED_STAGE_NAME,
                    MULTIPLE_INSTRUCTIONS_DISALLOWED,
                    EXPOSE_INVALID_FORMAT,
                    JSON_ARGS_RECOMMENDED,
                    WORKDIR_RELATIVE_PATH,
                    FROM_PLATFORM_FLAG_CONST_DISALLOWED -> "minor";
            case STAGE_NAME_CASING,
                    FROM_AS_CASING,
                    NO_EMPTY_CONTINUATION,
                    CONSISTENT_INSTRUCTION_CASING,
                    MAINTAINER_DEPRECATED,
                    LEGACY_KEY_VALUE_FORMAT,
                    REDUNDANT_TARGET_PLATFORM,
                    INVALID_DEFINITION_DESCRIPTION,
                    EXPOSE_PROTO_CASING -> "info";
        };
    }
}
