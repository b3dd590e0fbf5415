package dev.slipway.fuzz;

import dev.slipway.attest.PackagesFuzz;
import dev.slipway.dockerfile.DockerIgnoreFuzz;
import dev.slipway.dockerfile.DockerfileFuzz;
import dev.slipway.registry.ChallengeFuzz;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** All targets in one process: the first byte of an input chooses. */
public final class AnyFuzz {
    private AnyFuzz() {}

    /** Reads one input in whatever way it is meant for; an exception that it doesn't declare is a finding. */
    @FunctionalInterface
    interface Trial {
        void run(byte[] input) throws IOException;
    }

    record Target(Class<?> type, Trial trial) {
        String name() {
            return type.getSimpleName();
        }
    }

    static final List<Target> TARGETS = List.of(
            new Target(DockerfileFuzz.class, DockerfileFuzz::fuzzerTestOneInput),
            new Target(DockerIgnoreFuzz.class, DockerIgnoreFuzz::fuzzerTestOneInput),
            new Target(ImageReferenceFuzz.class, ImageReferenceFuzz::fuzzerTestOneInput),
            new Target(ManifestFuzz.class, ManifestFuzz::fuzzerTestOneInput),
            new Target(ChallengeFuzz.class, ChallengeFuzz::fuzzerTestOneInput),
            new Target(TarFuzz.class, TarFuzz::fuzzerTestOneInput),
            new Target(ArchiveFuzz.class, ArchiveFuzz::fuzzerTestOneInput),
            new Target(PackagesFuzz.class, PackagesFuzz::fuzzerTestOneInput));

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length > 0) {
            TARGETS.get((input[0] & 0xFF) % TARGETS.size()).trial().run(Arrays.copyOfRange(input, 1, input.length));
        }
    }
}
