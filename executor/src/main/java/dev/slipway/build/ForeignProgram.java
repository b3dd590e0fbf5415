package dev.slipway.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Finds out whether this kernel runs programs of another architecture by running one that only ends: a pod doesn't see
 * {@code /proc/sys/fs/binfmt_misc}, but what is registered there works for it.
 */
final class ForeignProgram {
    private static final int STATUS = 42;
    private static final int LONGEST_SECONDS = 10;
    private static final long ADDRESS = 0x10000;

    /**
     * An executable of a few instructions.
     *
     * @param machine the number of the architecture in an ELF header
     * @param code {@code exit(42)}
     */
    private record Kind(int machine, boolean is64, ByteOrder order, int flags, String code) {}

    private ForeignProgram() {}

    /** Whether a program of {@code architecture}, as images name it, can be run. */
    static boolean runs(String architecture, Path temporary) throws IOException, InterruptedException {
        Optional<Kind> kind = kind(architecture);
        if (kind.isEmpty()) {
            return false;
        }
        Path program = temporary.resolve("try-" + architecture);
        Files.write(program, elf(kind.get()));
        try {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            return run(program);
        } finally {
            Files.deleteIfExists(program);
        }
    }

    private static boolean run(Path program) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(program.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == STATUS;
        } catch (IOException notExecutable) {
            return false; // ENOEXEC: that is the answer
        }
    }

    private static Optional<Kind> kind(String architecture) {
        ByteOrder little = ByteOrder.LITTLE_ENDIAN;
        return Optional.ofNullable(
                switch (architecture) {
                    case "amd64" -> new Kind(62, true, little, 0, "bf2a000000b83c0000000f05");
                    case "386" -> new Kind(3, false, little, 0, "bb2a000000b801000000cd80");
                    case "arm64" -> new Kind(183, true, little, 0, "400580d2a80b80d2010000d4");
                    case "arm" -> new Kind(40, false, little, 0x05000000, "2a00a0e30170a0e3000000ef");
                    case "riscv64" -> new Kind(243, true, little, 0, "1305a0029308d00573000000");
                    case "ppc64le" -> new Kind(21, true, little, 2, "2a0060380100003802000044");
                    case "s390x" -> new Kind(22, true, ByteOrder.BIG_ENDIAN, 0, "a729002a0a01");
                    default -> null;
                });
    }

    /** One segment with everything, headers included (System V ABI, "Object Files"). */
    private static byte[] elf(Kind kind) {
        byte[] code = HexFormat.of().parseHex(kind.code());
        int headerBytes = kind.is64() ? 64 : 52;
        int segmentBytes = kind.is64() ? 56 : 32;
        int start = headerBytes + segmentBytes;
        int size = start + code.length;
        ByteBuffer elf = ByteBuffer.allocate(size).order(kind.order());
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', (byte) (kind.is64() ? 2 : 1)});
        elf.put((byte) (kind.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 2)).put((byte) 1);
        elf.position(16);
        elf.putShort((short) 2).putShort((short) kind.machine()).putInt(1);
        word(elf, kind, ADDRESS + start);
        word(elf, kind, headerBytes);
        word(elf, kind, 0);
        elf.putInt(kind.flags()).putShort((short) headerBytes).putShort((short) segmentBytes);
        elf.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        int readAndExecute = 5;
        elf.putInt(1);
        if (kind.is64()) {
            elf.putInt(readAndExecute);
        }
        word(elf, kind, 0);
        word(elf, kind, ADDRESS);
        word(elf, kind, ADDRESS);
        word(elf, kind, size);
        word(elf, kind, size);
        if (!kind.is64()) {
            elf.putInt(readAndExecute);
        }
        word(elf, kind, 0x10000);
        elf.put(code);
        return elf.array();
    }

    private static void word(ByteBuffer elf, Kind kind, long value) {
        if (kind.is64()) {
            elf.putLong(value);
        } else {
            elf.putInt((int) value);
        }
    }
}
