package dev.slipway.registry;

import dev.slipway.fuzz.Declared;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A registry's WWW-Authenticate header, and a credentials file. */
public final class ChallengeFuzz {
    private ChallengeFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        for (Challenge challenge : Challenge.parse(List.of(new String(input, StandardCharsets.ISO_8859_1)))) {
            if (challenge.isBearer() && challenge.parameter("realm").isEmpty()) {
                throw new AssertionError("a bearer challenge without a realm");
            }
        }
        try {
            DockerConfig.parse(input, "config.json");
        } catch (RegistryException refused) {
            Declared.hasWords(refused);
        }
    }
}
