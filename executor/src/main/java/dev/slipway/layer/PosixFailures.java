package dev.slipway.layer;

import dev.slipway.posix.Errno;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;

/** Says what would have helped where the system refused something that a layer asks for. */
final class PosixFailures {
    private PosixFailures() {}

    static LayerException explain(PathBytes path, PosixException e) {
        return new LayerException(kind(e), "entry \"" + path + "\": " + e.getMessage() + advice(e), e);
    }

    static LayerException explainXattr(String attribute, PosixException e) {
        String advice = "";
        if (e.is(Errno.EPERM) && attribute.equals(LayerXattrs.CAPABILITY)) {
            advice = ": file capabilities need CAP_SETFCAP, give it to the executor";
        } else if (e.is(Errno.EOPNOTSUPP)) {
            advice = ": use a work directory on a file system that has extended attributes";
        } else if (e.is(Errno.EPERM)) {
            advice = ": it needs CAP_SYS_ADMIN";
        }
        return new LayerException(
                kind(e),
                "could not set its extended attribute " + attribute + ": " + Errno.words(e.errno()) + advice,
                e);
    }

    private static LayerException.Kind kind(PosixException e) {
        return switch (e.errno()) {
            case Errno.ENAMETOOLONG,
                    Errno.EINVAL,
                    Errno.ELOOP,
                    Errno.ENOTDIR,
                    Errno.EISDIR,
                    Errno.EEXIST,
                    Errno.ENOENT -> LayerException.Kind.LAYER;
            default -> LayerException.Kind.ENVIRONMENT;
        };
    }

    private static String advice(PosixException e) {
        return switch (e.errno()) {
            case Errno.ENOSPC, Errno.EDQUOT ->
                ": free some space, or choose a larger volume with --slipway-dir or --cache-dir";
            case Errno.EPERM ->
                switch (e.call()) {
                    case "mknodat" -> ": device nodes need CAP_MKNOD";
                    case "fchown", "fchownat" -> ": foreign owners need CAP_CHOWN";
                    case "lsetxattr", "fsetxattr" -> ": overlay marks need CAP_SYS_ADMIN";
                    default -> "";
                };
            default -> "";
        };
    }
}
