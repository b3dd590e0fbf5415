package dev.slipway.cli;

import dev.slipway.archive.ArchiveException;
import dev.slipway.archive.tar.TarException;
import dev.slipway.build.BuildException;
import dev.slipway.context.ContextException;
import dev.slipway.dockerfile.DockerfileException;
import dev.slipway.image.ImageFormatException;
import dev.slipway.layer.LayerException;
import dev.slipway.posix.UnknownMachineException;
import dev.slipway.progress.BuildEvent;
import dev.slipway.progress.FailureClass;
import dev.slipway.publish.SavedImageException;
import dev.slipway.registry.RegistryException;
import dev.slipway.rootfs.RootfsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Failures in words and classes: the one place that knows every room's exceptions and the exit code of each. */
final class Failures {

    private Failures() {}

    /** How the build ends because of {@code failure} (DESIGN 3.9). */
    static BuildEvent.BuildFailed ending(Throwable failure) {
        return switch (failure) {
            case BuildException.CommandFailed command ->
                new BuildEvent.BuildFailed(FailureClass.BUILD, command.status(), words(command));
            case BuildException build -> ending(build.failure(), build);
            case DockerfileException dockerfile -> ending(FailureClass.DOCKERFILE, dockerfile);
            case ContextException context -> ending(classOf(context.kind()), context);
            case RegistryException registry -> ending(FailureClass.REGISTRY, registry);
            case ImageFormatException image -> ending(FailureClass.REGISTRY, image);
            case LayerException layer -> ending(classOf(layer.kind()), layer);
            case RootfsException rootfs -> ending(classOf(rootfs.kind()), rootfs);
            case ArchiveException archive -> ending(FailureClass.CONTEXT, archive);
            case SavedImageException image -> ending(FailureClass.CONTEXT, image);
            case TarException tar -> ending(FailureClass.BUILD, tar);
            case UsageException usage -> ending(FailureClass.USAGE, usage);
            case UncheckedIOException wrapped -> ending(Objects.requireNonNull(wrapped.getCause()));
            case FileSystemException file ->
                ended(FailureClass.ENVIRONMENT, "\"%s\": %s".formatted(file.getFile(), reason(file)));
            case IOException machine -> ending(FailureClass.ENVIRONMENT, machine);
            case OutOfMemoryError memory ->
                ended(
                        FailureClass.ENVIRONMENT,
                        "the executor ran out of memory (%s): raise its memory limit".formatted(memory.getMessage()));
            case ExceptionInInitializerError start
            when start.getCause() instanceof UnknownMachineException machine ->
                ended(FailureClass.ENVIRONMENT, String.valueOf(machine.getMessage()));
            case InterruptedException cancelled -> ended(FailureClass.INTERRUPTED, "the build was interrupted");
            default ->
                ended(
                        FailureClass.BUILD,
                        "internal error, %s; --verbosity=debug shows where: please report it".formatted(failure));
        };
    }

    private static FailureClass classOf(ContextException.Kind kind) {
        return switch (kind) {
            case CONTEXT -> FailureClass.CONTEXT;
            case ENVIRONMENT -> FailureClass.ENVIRONMENT;
        };
    }

    private static FailureClass classOf(LayerException.Kind kind) {
        return switch (kind) {
            case LAYER -> FailureClass.BUILD;
            case ENVIRONMENT -> FailureClass.ENVIRONMENT;
        };
    }

    private static FailureClass classOf(RootfsException.Kind kind) {
        return switch (kind) {
            case BUILD -> FailureClass.BUILD;
            case ENVIRONMENT -> FailureClass.ENVIRONMENT;
            case USAGE -> FailureClass.USAGE;
        };
    }

    private static BuildEvent.BuildFailed ending(FailureClass failure, Throwable cause) {
        return ended(failure, words(cause));
    }

    private static BuildEvent.BuildFailed ended(FailureClass failure, String message) {
        return new BuildEvent.BuildFailed(failure, failure.exitCode(), message);
    }

    private static String words(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }

    /** Why a file of ours can't be read or written, without the path that the caller names anyway. */
    static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "no such file";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException known when known.getReason() != null -> known.getReason();
            default -> words(failure);
        };
    }
}
