package dev.slipway.publish;

import dev.slipway.context.ContextUri;
import java.nio.file.Path;
import java.util.Objects;

/** Where a {@link Report} goes: kaniko's flags take a file or an object of a bucket. */
public sealed interface ReportPlace {

    /** A file; a directory where the report is several. */
    record InFile(Path path) implements ReportPlace {
        public InFile {
            Objects.requireNonNull(path, "path is null");
        }
    }

    /** An object of a bucket; it appears whole or not at all, as every store sees to. */
    record InBucket(ContextUri uri) implements ReportPlace {
        public InBucket {
            Objects.requireNonNull(uri, "uri is null");
        }
    }
}
