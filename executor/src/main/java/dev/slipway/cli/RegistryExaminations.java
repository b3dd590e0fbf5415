package dev.slipway.cli;

import dev.slipway.cli.DoctorSection.Finding;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What {@code doctor --destination REF} says of a registry: as whom a push would come, and whether it is let. */
final class RegistryExaminations {
    private final GivenFlags flags;
    private final ProgressListener progress;

    RegistryExaminations(GivenFlags flags, ProgressListener progress) {
        this.flags = flags;
        this.progress = progress;
    }

    /** The destinations that are asked about; most who ask the doctor name none. */
    static boolean wanted(GivenFlags flags) {
        return !flags.values(OutputFlags.DESTINATION).isEmpty();
    }

    DoctorSection destinations() throws Exception {
        List<Finding> findings = new ArrayList<>();
        try (RegistryClient registries = RegistryFromFlags.client(flags, progress)) {
            for (String text : flags.values(OutputFlags.DESTINATION)) {
                findings.addAll(destination(registries, text));
            }
        }
        return new DoctorSection("Destinations", "destinations", findings);
    }

    private static List<Finding> destination(RegistryClient registries, String text) throws UsageException {
        ImageReference reference;
        try {
            reference = ImageReference.parse(text);
        } catch (IllegalArgumentException notAName) {
            throw new UsageException("--destination " + notAName.getMessage());
        }
        try {
            RegistryClient.PushAccess access = registries.pushAccess(reference);
            String credential = access.credential()
                    .map(origin -> "with the credential from " + origin)
                    .orElse("without a credential: none was found");
            return List.of(
                    Finding.fact(reference.name(), "it is asked " + credential),
                    access.refusal()
                            .map(refusal -> Finding.no("push", String.valueOf(refusal.getMessage())))
                            .orElseGet(() -> Finding.yes("push", "an upload to it can be started")));
        } catch (IOException e) {
            return List.of(Finding.no(reference.name(), String.valueOf(e.getMessage())));
        }
    }
}
