package dev.slipway.publish;

import java.io.FilterOutputStream;
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
            try (OutputStream out = open(beside)) {
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
                try (OutputStream out = open(file)) {
                    Files.copy(beside, out); // mounted, so it can't be replaced
                }
            }
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void writeInPlace(Path file, Content content) throws IOException {
        try (OutputStream out = open(file)) {
            content.writeTo(out);
        }
    }

    /** A full disk is told by an exception that doesn't name the file; here it does. */
    private static OutputStream open(Path file) throws IOException {
        return new FilterOutputStream(Files.newOutputStream(file)) {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    FileSystemException named = new FileSystemException(file.toString(), null, e.getMessage());
                    named.initCause(e);
                    throw named;
                }
            }
        };
    }

    static String reason(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "no such directory";
            default -> String.valueOf(e.getReason() == null ? e.getMessage() : e.getReason());
        };
    }
}
