package dev.slipway.build;

import dev.slipway.dockerfile.InstructionSource;
import dev.slipway.layer.LayerException;
import dev.slipway.posix.Errno;
import dev.slipway.posix.PosixException;
import dev.slipway.progress.FailureClass;
import dev.slipway.registry.RegistryException;
import dev.slipway.rootfs.RootfsException;
import dev.slipway.sandbox.SandboxException;
import java.io.IOException;
import java.util.Set;

/** Whose fault a failed read or write is (DESIGN 3.9), told with the instruction that needed it. */
final class IoFailures {
    private static final Set<Integer> OF_THE_MACHINE = Set.of(
            Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS, Errno.ENOMEM, Errno.EMFILE, Errno.EIO, Errno.EPERM, Errno.ENOSYS);

    private IoFailures() {}

    static BuildException at(InstructionSource source, IOException failure) {
        return Locations.failure(classOf(failure), source, source.keyword() + ": " + words(failure), failure);
    }

    private static String words(IOException failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    static FailureClass classOf(IOException failure) {
        return switch (failure) {
            case RegistryException registry -> FailureClass.REGISTRY;
            case SandboxException sandbox -> FailureClass.ENVIRONMENT;
            case RootfsException rootfs ->
                switch (rootfs.kind()) {
                    case BUILD -> FailureClass.BUILD;
                    case ENVIRONMENT -> FailureClass.ENVIRONMENT;
                    case USAGE -> FailureClass.USAGE;
                };
            case LayerException layer ->
                switch (layer.kind()) {
                    case LAYER -> FailureClass.BUILD;
                    case ENVIRONMENT -> FailureClass.ENVIRONMENT;
                };
            case PosixException posix ->
                OF_THE_MACHINE.contains(posix.errno()) ? FailureClass.ENVIRONMENT : FailureClass.BUILD;
            default -> FailureClass.BUILD;
        };
    }
}
