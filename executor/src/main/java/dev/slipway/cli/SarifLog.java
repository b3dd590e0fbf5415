package dev.slipway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.dockerfile.CheckRule;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.dockerfile.Finding;
import dev.slipway.dockerfile.SourceRange;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Findings as a static-analysis log (SARIF 2.1.0, sections 3.13 to 3.58): one run, the rules that found something, and
 * a result for each finding. A file that can't be built at all is a result of the level error.
 */
final class SarifLog {
    private static final String SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

    private final Checked checked;
    private final List<String> rules = new ArrayList<>();

    SarifLog(Checked checked) {
        this.checked = checked;
    }

    ObjectNode json() {
        ObjectNode log = JsonNodeFactory.instance.objectNode();
        log.put("$schema", SCHEMA).put("version", "2.1.0");
        ObjectNode run = log.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "Slipway").put("version", Version.current());
        ArrayNode descriptors = driver.putArray("rules");
        run.put("columnKind", "unicodeCodePoints");
        ArrayNode results = run.putArray("results");
        Fingerprints fingerprints = new Fingerprints(checked);
        for (Finding finding : checked.findings()) {
            CheckRule rule = finding.rule();
            ObjectNode result = result(results, descriptors, rule.id(), rule.description(), rule.url());
            result.put("level", checked.failing() ? "error" : "warning");
            result.putObject("message").put("text", finding.message());
            location(result, checked.path(), finding.mark());
            result.putObject("partialFingerprints").put("slipway/v1", fingerprints.of(finding));
        }
        checked.refusal().ifPresent(refusal -> refusal(results, descriptors, refusal, fingerprints));
        return log;
    }

    private void refusal(
            ArrayNode results, ArrayNode descriptors, DockerfileException refusal, Fingerprints fingerprints) {
        ObjectNode result =
                result(results, descriptors, Checked.INVALID, "A Dockerfile must be one that can be built", "");
        result.put("level", "error");
        result.putObject("message").put("text", CodeQuality.words(refusal));
        location(
                result,
                refusal.file().equals(checked.file().name()) ? checked.path() : refusal.file(),
                refusal.range());
        result.putObject("partialFingerprints").put("slipway/v1", fingerprints.of(refusal));
    }

    private ObjectNode result(ArrayNode results, ArrayNode descriptors, String id, String description, String url) {
        if (!rules.contains(id)) {
            rules.add(id);
            ObjectNode descriptor = descriptors.addObject().put("id", id).put("name", id);
            descriptor.putObject("shortDescription").put("text", description + ".");
            if (!url.isEmpty()) {
                descriptor.put("helpUri", url);
                descriptor.putObject("help").put("text", description + ". " + url);
            }
        }
        return results.addObject().put("ruleId", id).put("ruleIndex", rules.indexOf(id));
    }

    private static void location(ObjectNode result, String path, SourceRange range) {
        ObjectNode place = result.putArray("locations").addObject().putObject("physicalLocation");
        place.putObject("artifactLocation").put("uri", uri(path));
        place.putObject("region")
                .put("startLine", range.startLine())
                .put("startColumn", range.startColumn())
                .put("endLine", range.endLine())
                .put("endColumn", range.endColumn());
    }

    private static String uri(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException impossible) {
            throw new IllegalArgumentException("no URI can name the file \"" + path + "\"", impossible);
        }
    }
}
