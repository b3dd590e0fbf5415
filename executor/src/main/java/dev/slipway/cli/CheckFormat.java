package dev.slipway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.dockerfile.Finding;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the findings of build checks are written ({@code --format}; docs/checks.md). */
enum CheckFormat {
    /** For people: the lines themselves, with a mark. */
    TEXT,
    /** {@code {"warnings": [...]}}, with BuildKit's names of the rules. */
    JSON,
    /** For GitHub's code scanning, and whatever else reads SARIF 2.1.0. */
    SARIF,
    /** A GitLab code quality report. */
    GITLAB;

    static CheckFormat of(String name) throws UsageException {
        for (CheckFormat format : values()) {
            if (format.word().equals(name)) {
                return format;
            }
        }
        List<String> words = Arrays.stream(values()).map(CheckFormat::word).toList();
        throw new UsageException("--format \"%s\": write %s or %s"
                .formatted(name, String.join(", ", words.subList(0, words.size() - 1)), words.getLast()));
    }

    /** All of it, without a line end. */
    String write(Checked checked) {
        return switch (this) {
            case TEXT -> text(checked);
            case JSON -> json(checked).toString();
            case SARIF -> new SarifLog(checked).json().toPrettyString();
            case GITLAB -> new CodeQuality(checked).json().toPrettyString();
        };
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static String text(Checked checked) {
        String name = checked.file().name();
        int count = checked.findings().size();
        if (count == 0) {
            return checked.refusal().isPresent() ? "" : name + ": nothing to say";
        }
        return checked.findings().stream()
                .map(finding -> finding.quoted(checked.file()) + "\n" + finding.url() + "\n")
                .collect(Collectors.joining(
                        "\n", "", "\n%s: %d %s".formatted(name, count, count == 1 ? "finding" : "findings")));
    }

    private static ObjectNode json(Checked checked) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ArrayNode warnings = object.putArray("warnings");
        for (Finding finding : checked.findings()) {
            warnings.addObject()
                    .put("rule", finding.rule().id())
                    .put("file", checked.path())
                    .put("line", finding.line())
                    .put("message", finding.message())
                    .put("url", finding.url());
        }
        checked.refusal()
                .ifPresent(refusal -> object.putObject("error")
                        .put("file", refusal.file())
                        .put("line", refusal.range().startLine())
                        .put("message", refusal.getMessage()));
        return object;
    }
}
