package dev.slipway.build;

import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.registry.DocumentStore;
import dev.slipway.registry.RegistryClient;
import java.io.IOException;

/** Plans what an {@link ImageBuilder} would build: bases are looked up, nothing is fetched, run or written. */
public final class ImagePlanner {
    private final RegistryClient registries;

    public ImagePlanner(RegistryClient registries) {
        this.registries = registries;
    }

    /**
     * The plan for a request.
     *
     * @throws BuildException where the build would end before its first step
     * @throws DockerfileException where the Dockerfile itself, or its {@code .dockerignore}, is wrong
     */
    public PlanSummary plan(BuildRequest request) throws BuildException, DockerfileException, IOException {
        BaseImages images = new BaseImages(registries, DocumentStore.NONE);
        BuildPlan plan = BuildPlanner.plan(request, BuildFiles.read(request).dockerfile(), images);
        Unsupported.refuse(plan, request.commands());
        return PlanSummary.of(plan, images);
    }
}
