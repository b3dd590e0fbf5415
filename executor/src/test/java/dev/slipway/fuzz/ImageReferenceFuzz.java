package dev.slipway.fuzz;

import dev.slipway.image.Platform;
import dev.slipway.registry.ImageReference;
import java.nio.charset.StandardCharsets;

/** What FROM and {@code --destination} say. */
public final class ImageReferenceFuzz {
    private static final Platform HOST = Platform.parse("linux/amd64", Platform.host());

    private ImageReferenceFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            ImageReference reference = ImageReference.parse(text);
            if (!ImageReference.parse(reference.toString()).equals(reference)) {
                throw new AssertionError(text + " is read as " + reference + ", which is read as another");
            }
        } catch (IllegalArgumentException refused) {
            Declared.hasWords(refused);
        }
        try {
            Platform platform = Platform.parse(text, HOST);
            // The text form leaves an OS version out.
            if (!Platform.parse(platform.toString(), HOST).toString().equals(platform.toString())) {
                throw new AssertionError(text + " is read as " + platform + ", which is read as another");
            }
        } catch (IllegalArgumentException refused) {
            Declared.hasWords(refused);
        }
    }
}
