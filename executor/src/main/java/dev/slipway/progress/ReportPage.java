package dev.slipway.progress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The report as a page of its own: no script, nothing fetched, readable in a light and a dark browser, by keyboard and
 * by a screen reader; colour never says what words don't.
 */
final class ReportPage {
    private static final String STYLE = "report.css";
    /** A bar narrower than this can't be seen. */
    private static final double LEAST_PERCENT = 0.4;

    private final BuildRecord record;
    private final Optional<BuildEvent.BuildFailed> failure;
    private final Duration elapsed;
    private final Html html = new Html();

    ReportPage(BuildRecord record, Optional<BuildEvent.BuildFailed> failure, Duration elapsed) {
        this.record = record;
        this.failure = failure;
        this.elapsed = elapsed;
    }

    String html() {
        String file = record.plan().map(BuildEvent.PlanMade::dockerfile).orElse("Dockerfile");
        String outcome = failure.map(failed -> "Build failed").orElse("Build succeeded");
        html.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.add("<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s: %s</title>\n", outcome, file);
        html.add("<style>\n").add(style()).add("</style>\n</head>\n<body>\n<main>\n");
        header(outcome, file);
        failure.ifPresent(this::failure);
        image();
        warnings();
        stages();
        transfers();
        html.add("</main>\n<footer>Written by Slipway. Times are those of this build; sizes are of layers as pushed.");
        return html.add("</footer>\n</body>\n</html>\n").toString();
    }

    private void header(String outcome, String file) {
        html.add("<header class=\"%s\">\n", failure.isPresent() ? "failed" : "done");
        html.add("<h1><span class=\"sign\" aria-hidden=\"true\">%s</span> ", failure.isPresent() ? "✕" : "✓");
        html.add("%s</h1>\n<p><code>%s</code>, started ", outcome, file);
        String time = record.start().truncatedTo(ChronoUnit.SECONDS).toString();
        html.add(
                "<time datetime=\"%s\">%s UTC</time></p>\n",
                time, time.replace("T", " ").replace("Z", ""));
        record.context()
                .ifPresent(context -> html.add(
                        "<p>Context <code>%s</code> at <code>%s</code></p>\n", context.origin(), context.revision()));
        long steps = record.stages().values().stream().mapToLong(List::size).sum();
        long cached = record.stages().values().stream()
                .flatMap(List::stream)
                .filter(step -> step.state == BuildRecord.State.CACHED)
                .count();
        html.add("<dl class=\"figures\">\n");
        figure("Time", Wording.seconds(elapsed));
        figure("Stages", Integer.toString(record.stages().size()));
        figure("Steps", steps + (cached > 0 ? ", " + cached + " cached" : ""));
        record.image().ifPresent(image -> figure("Image", Wording.bytes(size(image))));
        figure("Pulled", transferred(BuildEvent.Transfer.Direction.PULL));
        figure("Pushed", transferred(BuildEvent.Transfer.Direction.PUSH));
        if (!record.warnings().isEmpty() || !record.notes().isEmpty()) {
            figure(
                    "Warnings",
                    Integer.toString(record.warnings().size() + record.notes().size()));
        }
        html.add("</dl>\n</header>\n");
    }

    private void figure(String name, String value) {
        html.add("<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
    }

    private static long size(BuildEvent.ImageBuilt image) {
        return image.layers().stream()
                .mapToLong(BuildEvent.ImageBuilt.Layer::sizeBytes)
                .sum();
    }

    private String transferred(BuildEvent.Transfer.Direction direction) {
        long bytes = record.transfers().stream()
                .filter(each -> each.reason().isEmpty() && each.transfer().direction() == direction)
                .mapToLong(each -> each.transfer().sizeBytes().orElse(0))
                .sum();
        return bytes == 0 ? "nothing" : Wording.bytes(bytes);
    }

    private void failure(BuildEvent.BuildFailed failed) {
        html.add("<section class=\"failure\" aria-labelledby=\"failure\">\n<h2 id=\"failure\">What went wrong</h2>\n");
        html.add("<pre tabindex=\"0\">%s</pre>\n", failed.message().strip());
        html.add(
                "<p>Class: <strong>%s</strong>, exit code %s.</p>\n",
                failed.failure().words(), failed.exitCode());
        html.add("</section>\n");
    }

    private void image() {
        if (record.image().isEmpty()) {
            return;
        }
        BuildEvent.ImageBuilt image = record.image().get();
        html.add("<section aria-labelledby=\"image\">\n<h2 id=\"image\">Image</h2>\n");
        html.add("<p class=\"digest\"><code>%s</code></p>\n", image.digest());
        if (!record.places().isEmpty()) {
            html.add("<ul>\n");
            record.places().forEach(place -> html.add("<li><code>%s</code></li>\n", place));
            html.add("</ul>\n");
        }
        html.add(
                "<details><summary>%s</summary>\n<table>\n",
                Wording.count(image.layers().size(), "layer"));
        html.add("<caption>Layers, the base's first</caption>\n");
        html.add(
                "<thead><tr><th scope=\"col\">Digest</th><th scope=\"col\" class=\"n\">Size</th></tr></thead>\n<tbody>\n");
        for (BuildEvent.ImageBuilt.Layer layer : image.layers()) {
            html.add("<tr><td><code>%s</code></td>", layer.digest());
            html.add("<td class=\"n\">%s</td></tr>\n", Wording.bytes(layer.sizeBytes()));
        }
        html.add("</tbody>\n</table>\n</details>\n</section>\n");
    }

    private void warnings() {
        if (record.warnings().isEmpty() && record.notes().isEmpty()) {
            return;
        }
        html.add(
                "<section aria-labelledby=\"warnings\">\n<h2 id=\"warnings\">Warnings</h2>\n<ul class=\"warnings\">\n");
        for (BuildEvent.CheckWarning warning : record.warnings()) {
            html.add("<li><a href=\"%s\">%s</a> ", warning.url(), warning.rule());
            html.add("<span class=\"place\">%s</span>", Wording.place(warning.file(), warning.line()));
            html.add("<br>%s</li>\n", warning.text());
        }
        record.notes().forEach(note -> html.add("<li>%s</li>\n", note));
        html.add("</ul>\n</section>\n");
    }

    private void stages() {
        for (Map.Entry<BuildEvent.Stage, List<BuildRecord.StepRecord>> stage :
                record.stages().entrySet()) {
            String id = "stage-" + stage.getKey().number();
            html.add("<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">Stage ", id, id);
            html.add(
                    "<code>%s</code> <small>from <code>%s</code></small></h2>\n",
                    stage.getKey().label(), stage.getKey().base());
            html.add("<ol class=\"steps\">\n");
            stage.getValue().forEach(this::step);
            html.add("</ol>\n</section>\n");
        }
        List<BuildEvent.Stage> unused =
                record.plan().map(BuildEvent.PlanMade::unused).orElse(List.of());
        if (!unused.isEmpty()) {
            html.add("<p>Not needed, so not built: ");
            html.add("%s.</p>\n", Wording.labels(unused));
        }
    }

    private void step(BuildRecord.StepRecord record) {
        List<String> output = record.output();
        boolean failed = record.state == BuildRecord.State.FAILED;
        html.add(
                "<li value=\"%s\" class=\"%s\">",
                record.step.number(), record.state.name().toLowerCase(Locale.ROOT));
        html.add(
                output.isEmpty()
                        ? "<div class=\"line\">"
                        : failed ? "<details open><summary class=\"line\">" : "<details><summary class=\"line\">");
        html.add("<span class=\"instruction\"><code>%s</code></span> ", record.step.instruction());
        html.add("<span class=\"facts\">%s</span>", facts(record));
        bar(record);
        html.add(output.isEmpty() ? "</div>" : "</summary>\n<pre tabindex=\"0\" aria-label=\"Output\">");
        if (!output.isEmpty()) {
            html.add("<span>%s</span></pre></details>", String.join("\n", output));
        }
        html.add("</li>\n");
    }

    private static String facts(BuildRecord.StepRecord record) {
        StringBuilder facts = new StringBuilder(
                switch (record.state) {
                    case RUNNING -> "not finished";
                    case DONE -> "";
                    case CACHED -> "cached";
                    case FAILED -> "failed";
                });
        if (record.state == BuildRecord.State.DONE || record.state == BuildRecord.State.FAILED) {
            facts.append(facts.isEmpty() ? "" : " after ").append(Wording.seconds(record.elapsed));
        }
        record.layerSizeBytes.ifPresent(size -> facts.append(", layer ").append(Wording.bytes(size)));
        record.step.line().ifPresent(line -> facts.append(" · line ").append(line));
        return facts.toString();
    }

    /** When the step ran, on the time of the whole build. */
    private void bar(BuildRecord.StepRecord step) {
        double whole = Math.max(1, elapsed.toMillis());
        double left = Math.clamp(100 * step.begin.toMillis() / whole, 0, 100 - LEAST_PERCENT);
        double width = Math.clamp(100 * step.elapsed.toMillis() / whole, LEAST_PERCENT, 100 - left);
        html.add(
                "<span class=\"bar\" aria-hidden=\"true\"><i style=\"margin-left:%.2f%%;width:%.2f%%\"></i></span>",
                left, width);
    }

    private void transfers() {
        if (record.transfers().isEmpty()) {
            return;
        }
        html.add("<section aria-labelledby=\"transfers\">\n<h2 id=\"transfers\">Transfers</h2>\n<details>");
        html.add(
                "<summary>%s</summary>\n<table>\n",
                Wording.count(record.transfers().size(), "blob"));
        html.add("<caption>Pulled from and pushed to registries</caption>\n<thead><tr><th scope=\"col\">What</th>");
        html.add("<th scope=\"col\">Where</th><th scope=\"col\" class=\"n\">Size</th>");
        html.add("<th scope=\"col\" class=\"n\">Time</th></tr></thead>\n<tbody>\n");
        for (BuildRecord.TransferRecord each : record.transfers()) {
            BuildEvent.Transfer transfer = each.transfer();
            boolean pull = transfer.direction() == BuildEvent.Transfer.Direction.PULL;
            html.add("<tr><td>%s <code>%s</code></td>", pull ? "↓ pulled" : "↑ pushed", transfer.what());
            html.add("<td><code>%s</code></td><td class=\"n\">", transfer.place());
            transfer.sizeBytes().ifPresent(size -> html.add("%s", Wording.bytes(size)));
            html.add(
                    "</td><td class=\"n\">%s</td></tr>\n",
                    each.reason().isEmpty() ? Wording.seconds(each.elapsed()) : "not needed: " + each.reason());
        }
        html.add("</tbody>\n</table>\n</details>\n</section>\n");
    }

    private static String style() {
        try (InputStream in = ReportPage.class.getResourceAsStream(STYLE)) {
            return new String(Objects.requireNonNull(in, STYLE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
