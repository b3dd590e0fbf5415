package dev.slipway.progress;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Something that happened in a build and that a person, a log or a report may want to know.
 *
 * <p>Events carry values, never secrets; whoever makes one has masked them. They say what happened, renderers how it
 * looks.
 */
public sealed interface BuildEvent {

    /**
     * A stage as events name it.
     *
     * @param number from 0, as {@code COPY --from=0} counts
     * @param name what {@code AS} calls it
     * @param base what FROM names, arguments expanded
     */
    record Stage(int number, Optional<String> name, String base) {
        /** The stage's name, or {@code stage-N} as BuildKit calls one without. */
        public String label() {
            return name.orElse("stage-" + number);
        }
    }

    /**
     * An instruction of a stage as events name it.
     *
     * @param number of {@code total} in its stage, from 1; FROM counts
     * @param instruction the instruction on one line, as written, secrets masked
     * @param file the Dockerfile's name
     * @param line where the instruction starts; none where no file says it, as for a label of the command line
     */
    record Step(Stage stage, int number, int total, String instruction, String file, OptionalInt line) {}

    /**
     * The context is there, as it was at one moment of its source.
     *
     * @param origin where it came from, without credentials
     * @param revision a commit's id, an object's version
     */
    record ContextFetched(String origin, String revision) implements BuildEvent {}

    /** The Dockerfile is read and the stages are chosen. */
    record PlanMade(String dockerfile, List<Stage> stages, List<Stage> unused) implements BuildEvent {
        public PlanMade {
            stages = List.copyOf(stages);
            unused = List.copyOf(unused);
        }
    }

    /** FROM's base is resolved and the first instruction may run. */
    record StageStarted(Stage stage) implements BuildEvent {}

    record StageFinished(Stage stage, Duration elapsed) implements BuildEvent {}

    record StepStarted(Step step) implements BuildEvent {}

    /**
     * An instruction is done.
     *
     * @param layerSizeBytes of the layer as it is pushed; none where the step made no layer
     * @param cached whether the layer came out of the cache
     */
    record StepFinished(Step step, Duration elapsed, OptionalLong layerSizeBytes, boolean cached)
            implements BuildEvent {}

    /** An instruction failed; the exception that ends the build says why. */
    record StepFailed(Step step, Duration elapsed) implements BuildEvent {}

    /** One line that a RUN wrote, without its line end. */
    record CommandOutput(Step step, Stream stream, String line) implements BuildEvent {
        /** Which of a command's two streams a line came from. */
        public enum Stream {
            STDOUT,
            STDERR
        }
    }

    /**
     * Bytes that go between a registry or another server and us.
     *
     * @param what the blob, manifest or file, as a person would name it
     * @param place the repository or URL, without credentials
     */
    record Transfer(Direction direction, String what, String place, OptionalLong sizeBytes) {
        /** Seen from us. */
        public enum Direction {
            PULL,
            PUSH
        }
    }

    record TransferStarted(Transfer transfer) implements BuildEvent {}

    record TransferFinished(Transfer transfer, Duration elapsed) implements BuildEvent {}

    /**
     * A transfer that wasn't needed.
     *
     * @param reason such as {@code exists} or {@code mounted from library/debian}
     */
    record TransferSkipped(Transfer transfer, String reason) implements BuildEvent {}

    /**
     * A build check found something that builds, but probably not as meant.
     *
     * @param rule BuildKit's name of the rule
     * @param url where its reason can be read
     */
    record CheckWarning(String rule, String text, String file, OptionalInt line, String url) implements BuildEvent {}

    /** Anything else worth a line. */
    record Message(Level level, String text) implements BuildEvent {}

    /** The image is made; nothing is pushed yet. */
    record ImageBuilt(String digest, String mediaType, List<Layer> layers, Duration elapsed) implements BuildEvent {
        /** A layer of the image, base layers included. */
        public record Layer(String digest, long sizeBytes) {}

        public ImageBuilt {
            layers = List.copyOf(layers);
        }
    }

    /** The image is where {@code --destination} says. */
    record ImagePushed(String destination, String digest, Duration elapsed) implements BuildEvent {}

    /** The image is in a file or directory, as {@code --tar-path} or {@code --oci-layout-path} says. */
    record ImageWritten(String path, String format, String digest) implements BuildEvent {}

    /** Everything is done. */
    record BuildFinished(Duration elapsed) implements BuildEvent {}

    /** The build can't go on; the last event, and the last line on standard error. */
    record BuildFailed(FailureClass failure, int exitCode, String message) implements BuildEvent {}
}
