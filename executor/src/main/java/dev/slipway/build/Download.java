package dev.slipway.build;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A file that ADD fetched.
 *
 * @param fileName what it is called in the image: the URL's last part
 * @param modified what the server says
 */
record Download(Path file, String fileName, Optional<Instant> modified) {}
