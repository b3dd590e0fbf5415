package dev.slipway.publish;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that an output flag names. It appears whole or not at all: written beside its place and renamed. What can't be
 * renamed over (a device, a pipe, Kubernetes' mounted {@code /dev/termination-log}) is written in place.
 */
final class OutputFile {
    private OutputFile() {}

    /** Writes the content. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Fails with an exception that names {@code flag} and the file. */
    static void write(String flag, Path file, Content content) throws IOException {
        try {
            Path absolute = file.toAbsolutePath();
            if (absolute.getParent() != null) {
                Files.createDirectories(absolute.getParent());
            }
            if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(absolute, LinkOption.NOFOLLOW_LINKS)) {
                writeInPlace(absolute, content);
            } else {
                writeBeside(absolute, content);
            }
        } catch (FileSystemException e) {
            throw new IOException("%s \"%s\" can't be written: %s".formatted(flag, file, reason(e)), e);
        }
    }

    private static void writeBeside(Path file, Content content) throws IOException {
        Path beside = file.resolveSibling(
                "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(beside)) {
                content.writeTo(out);
            } catch (AccessDeniedException e) {
                if (!e.getFile().equals(beside.toString()) || !Files.isWritable(file)) {
                    throw e;
                }
                writeInPlace(file, content); // the file is ours, its directory isn't
                return;
            }
            try {
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                if (!Files.isRegularFile(file)) {
                    throw e;
                }
                try (OutputStream out = Files.newOutputStream(file)) {
                    Files.copy(beside, out); // mounted, so it can't be replaced
                }
            }
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void writeInPlace(Path file, Content content) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            content.writeTo(out);
        }
    }

    static String reason(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "no such directory";
            default -> String.valueOf(e.getReason() == null ? e.getMessage() : e.getReason());
        };
    }
}
