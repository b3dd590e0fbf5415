package dev.slipway.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.build.PlanSummary;
import dev.slipway.build.PlanSummary.Origin;
import dev.slipway.build.PlanSummary.StageSummary;
import dev.slipway.build.PlanSummary.Step;
import dev.slipway.progress.SecretMask;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How plans are written ({@code executor plan}, {@code --dryrun}; docs/plan.md). */
enum PlanFormat {
    /** For people. */
    TEXT,
    /** {@code {"plans": [...]}}, one for each platform. */
    JSON;

    static PlanFormat of(String name) throws UsageException {
        return switch (name) {
            case "text" -> TEXT;
            case "json" -> JSON;
            default -> throw new UsageException("--format \"%s\": a plan is written as text or json".formatted(name));
        };
    }

    /** All of it, without a line end; passwords in URLs are hidden. */
    String write(List<PlanSummary> plans) {
        String written = switch (this) {
            case TEXT -> plans.stream().map(PlanFormat::text).collect(Collectors.joining("\n\n"));
            case JSON -> json(plans).toPrettyString();
        };
        return SecretMask.URLS_ONLY.mask(written);
    }

    private static String text(PlanSummary plan) {
        int all = plan.stages().size() + plan.skipped().size();
        StringBuilder text = new StringBuilder("%s for %s: %d of %d %s"
                .formatted(
                        plan.dockerfile(), plan.platform(), plan.stages().size(), all, all == 1 ? "stage" : "stages"));
        for (StageSummary stage : plan.stages()) {
            text.append("\n\n%s, line %d%s%s"
                    .formatted(
                            called(stage.index(), stage.name()),
                            stage.line(),
                            stage.platform().equals(plan.platform()) ? "" : ", for " + stage.platform(),
                            stage.image() ? ": the image" : stage.target() ? ": a target" : ""));
            text.append("\n        FROM ").append(text(stage.base()));
            for (Step step : stage.steps()) {
                text.append("\n  %5s %s".formatted(step.trigger() ? "" : step.line(), step.text()));
                if (step.trigger()) {
                    text.append("   [ONBUILD]");
                }
                step.sources().forEach(source -> text.append("\n          <- ").append(text(source)));
            }
        }
        plan.skipped()
                .forEach(stage -> text.append(
                        "\n\n%s, line %d: not built".formatted(called(stage.index(), stage.name()), stage.line())));
        return text.toString();
    }

    private static String called(int index, Optional<String> name) {
        return "stage %d%s".formatted(index, name.map(" (%s)"::formatted).orElse(""));
    }

    private static String text(Origin origin) {
        return switch (origin) {
            case Origin.Scratch() -> "scratch";
            case Origin.Stage(int index, Optional<String> name) -> called(index, name);
            case Origin.Image image ->
                "%s, %s, %d %s"
                        .formatted(
                                image.name(), image.digest(), image.layers(), image.layers() == 1 ? "layer" : "layers");
            case Origin.Context(String name, String location) -> "context %s, %s".formatted(name, location);
        };
    }

    private static ObjectNode json(List<PlanSummary> plans) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode array = root.putArray("plans");
        plans.forEach(plan -> write(plan, array.addObject()));
        return root;
    }

    private static void write(PlanSummary plan, ObjectNode into) {
        into.put("dockerfile", plan.dockerfile())
                .put("platform", plan.platform().toString());
        ArrayNode stages = into.putArray("stages");
        for (StageSummary stage : plan.stages()) {
            ObjectNode object = named(stages.addObject(), stage.index(), stage.name());
            object.put("line", stage.line())
                    .put("platform", stage.platform().toString())
                    .put("target", stage.target())
                    .put("image", stage.image());
            object.set("base", json(stage.base()));
            ArrayNode steps = object.putArray("instructions");
            for (Step step : stage.steps()) {
                ObjectNode instruction = steps.addObject();
                instruction.put("line", step.line()).put("text", step.text()).put("trigger", step.trigger());
                ArrayNode sources = instruction.putArray("sources");
                step.sources().forEach(source -> sources.add(json(source)));
            }
        }
        ArrayNode skipped = into.putArray("skipped");
        plan.skipped()
                .forEach(stage ->
                        named(skipped.addObject(), stage.index(), stage.name()).put("line", stage.line()));
    }

    private static ObjectNode named(ObjectNode object, int index, Optional<String> name) {
        object.put("index", index);
        name.ifPresent(text -> object.put("name", text));
        return object;
    }

    private static ObjectNode json(Origin origin) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        return switch (origin) {
            case Origin.Scratch() -> object.put("kind", "scratch");
            case Origin.Stage(int index, Optional<String> name) -> named(object.put("kind", "stage"), index, name);
            case Origin.Image image ->
                object.put("kind", "image")
                        .put("name", image.name())
                        .put("digest", image.digest().toString())
                        .put("manifest", image.manifest().toString())
                        .put("layers", image.layers());
            case Origin.Context(String name, String location) ->
                object.put("kind", "context").put("name", name).put("location", location);
        };
    }
}
