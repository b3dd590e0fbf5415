package dev.slipway.build;

import dev.slipway.attest.PackageCatalog;
import dev.slipway.build.copy.ContextTree;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.PathBytes;
import dev.slipway.publish.PublishableImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whose software is listed besides the image's: stages on the way to it, and the context, where the Dockerfile's
 * arguments say so (Dockerfile reference, "BuildKit built-in build args").
 */
final class FurtherScans {
    /** A truth, or the names of stages by commas. */
    static final String STAGE = "BUILDKIT_SBOM_SCAN_STAGE";

    static final String CONTEXT = "BUILDKIT_SBOM_SCAN_CONTEXT";

    private final BuildPlan plan;
    private final SoftwareScan software;

    /** Makes an image of a stage, so that its layers can be read. */
    @FunctionalInterface
    interface Stages {
        PublishableImage image(BuiltStage stage) throws BuildException, IOException, InterruptedException;
    }

    FurtherScans(BuildPlan plan, SoftwareScan software) {
        this.plan = plan;
        this.software = software;
    }

    /** By the stage's name, or "context". */
    SortedMap<String, PackageCatalog> of(BuildSession session, Stages stages)
            throws BuildException, IOException, InterruptedException {
        SortedMap<String, PackageCatalog> scans = new TreeMap<>();
        if (isOn(CONTEXT, session.built(plan.target()))) {
            scans.put("context", of(session.context()));
        }
        for (int index : plan.stages().keySet()) {
            BuiltStage stage = session.built(index);
            if (index != plan.target() && isOn(STAGE, stage)) {
                scans.put(name(stage), software.of(stages.image(stage)));
            }
        }
        return scans;
    }

    private boolean isOn(String argument, BuiltStage stage) {
        Optional<String> own = stage.scope().declared().stream()
                .filter(each -> each.name().equals(argument))
                .flatMap(each -> each.value().stream())
                .reduce((earlier, later) -> later);
        String value = own.orElseGet(() -> plan.globals().values().getOrDefault(argument, ""));
        return switch (value) {
            case "1", "t", "T", "true", "True", "TRUE" -> true;
            default -> List.of(value.split(",")).contains(name(stage));
        };
    }

    private static String name(BuiltStage stage) {
        return stage.stage().stage().displayName();
    }

    private static PackageCatalog of(ContextTree context) throws IOException {
        PackageCatalog catalog = new PackageCatalog();
        Deque<PathBytes> open = new ArrayDeque<>(List.of(PathBytes.EMPTY));
        while (!open.isEmpty()) {
            PathBytes path = open.pop();
            Optional<FileStatus> status = context.status(path);
            if (status.isEmpty()) {
                continue;
            }
            switch (status.get().type()) {
                case DIRECTORY -> context.list(path).forEach(name -> open.push(path.resolve(name)));
                case REGULAR -> add(context, path, status.get(), catalog);
                default -> {
                    // a link's target is looked at where it lies
                }
            }
        }
        return catalog;
    }

    private static void add(ContextTree context, PathBytes path, FileStatus status, PackageCatalog catalog)
            throws IOException {
        String name = SoftwareScan.text(path);
        boolean executable = SoftwareScan.isExecutable(status.permissions());
        if (PackageCatalog.isOfInterest(name, executable)) {
            try (InputStream content = context.openRead(path)) {
                catalog.add(name, status.sizeBytes(), executable, content);
            }
        }
    }
}
