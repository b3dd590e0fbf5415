package dev.slipway.build;

import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.DocumentStore;
import dev.slipway.registry.RegistryClient;
import java.io.IOException;

/** Plans what an {@link ImageBuilder} would build: bases are looked up, no layer is fetched, nothing is run. */
public final class ImagePlanner {
    private final RegistryClient registries;

    /**
     * A planner that may be used for any number of requests.
     *
     * @param registries where bases are looked up; is left open
     */
    public ImagePlanner(RegistryClient registries) {
        this.registries = registries;
    }

    /**
     * The plan for a request.
     *
     * @throws BuildException where the Dockerfile's plan can't be; what a build asks of the machine isn't looked at
     * @throws DockerfileException where the Dockerfile itself, or its {@code .dockerignore}, is wrong
     */
    public PlanSummary plan(BuildRequest request) throws BuildException, DockerfileException, IOException {
        BaseImages images = new BaseImages(
                registries,
                DocumentStore.NONE,
                ProgressListener.SILENT,
                request.retries().downloads());
        BuildPlan plan = BuildPlanner.plan(request, BuildFiles.read(request).dockerfile(), images);
        Unsupported.refuse(plan, request.commands());
        return PlanSummary.of(plan, images);
    }
}
