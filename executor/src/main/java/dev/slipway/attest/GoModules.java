package dev.slipway.attest;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Go's modules: those that a program was linked from, which Go (since 1.18) writes into it (package
 * {@code debug/buildinfo}), and those of a {@code go.mod}.
 */
final class GoModules {
    private static final Pattern REQUIRED =
            Pattern.compile("(?:require\\s+)?(\\S+\\.\\S+/?\\S*)\\s+(v\\S+)(\\s*//.*)?");
    private static final byte[] MAGIC = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
    /** The header is aligned to it. */
    private static final int ALIGNMENT = 16;

    private static final int HEADER_BYTES = 32;
    private static final int INLINE = 2;
    private static final int LARGEST_TEXT_BYTES = 1 << 20;
    private static final int FRAME_BYTES = 16;

    private GoModules() {}

    static boolean isManifest(String path) {
        return PackageCatalog.fileName(path).equals("go.mod");
    }

    static List<SoftwarePackage> readManifest(String path, InputStream in) throws IOException {
        List<SoftwarePackage> packages = new ArrayList<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        boolean inBlock = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String text = line.strip();
            if (text.startsWith("require (")) {
                inBlock = true;
            } else if (text.equals(")")) {
                inBlock = false;
            } else if (inBlock || text.startsWith("require ")) {
                Matcher required = REQUIRED.matcher(text);
                if (required.matches()) {
                    packages.add(module(required.group(1), required.group(2), path));
                }
            }
        }
        return packages;
    }

    /** The modules of an executable; none where it isn't an ELF program of Go's. */
    static List<SoftwarePackage> readProgram(String path, InputStream in) throws IOException {
        BufferedInputStream program = new BufferedInputStream(in, 1 << 16);
        byte[] block = program.readNBytes(ALIGNMENT);
        if (block.length < ALIGNMENT || block[0] != 0x7f || block[1] != 'E' || block[2] != 'L' || block[3] != 'F') {
            return List.of();
        }
        byte[] chunk = new byte[1 << 16];
        while (true) {
            int length = program.readNBytes(chunk, 0, chunk.length);
            for (int i = 0; i + ALIGNMENT <= length; i += ALIGNMENT) {
                if (chunk[i] == MAGIC[0] && Arrays.equals(chunk, i, i + MAGIC.length, MAGIC, 0, MAGIC.length)) {
                    return modules(
                            path, new SequenceInputStream(new ByteArrayInputStream(chunk, i, length - i), program));
                }
            }
            if (length < chunk.length) {
                return List.of();
            }
        }
    }

    private static List<SoftwarePackage> modules(String path, InputStream in) throws IOException {
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length < HEADER_BYTES || (header[MAGIC.length + 1] & INLINE) == 0) {
            return List.of();
        }
        String version = text(in);
        String info = text(in);
        List<SoftwarePackage> packages = new ArrayList<>();
        packages.add(SoftwarePackage.of("golang", "", "stdlib", version.replaceFirst("^go", ""), path));
        if (info.length() < 2 * FRAME_BYTES) {
            return packages;
        }
        String last = "";
        for (String line :
                info.substring(FRAME_BYTES, info.length() - FRAME_BYTES).split("\n")) {
            String[] fields = line.split("\t");
            if (fields.length >= 3 && (fields[0].equals("mod") || fields[0].equals("dep"))) {
                packages.add(module(fields[1], fields[2], path));
                last = fields[1];
            } else if (fields.length >= 3 && fields[0].equals("=>") && !last.isEmpty()) {
                packages.removeLast();
                packages.add(module(fields[1], fields[2], path));
            }
        }
        return packages;
    }

    /** A length in groups of seven bits, then the text. */
    private static String text(InputStream in) throws IOException {
        long length = 0;
        int shift = 0;
        int part;
        do {
            part = in.read();
            if (part < 0 || shift > 28) {
                return "";
            }
            length |= (long) (part & 0x7f) << shift;
            shift += 7;
        } while ((part & 0x80) != 0);
        return length > LARGEST_TEXT_BYTES ? "" : new String(in.readNBytes((int) length), StandardCharsets.ISO_8859_1);
    }

    private static SoftwarePackage module(String module, String version, String path) {
        int slash = module.lastIndexOf('/');
        return SoftwarePackage.of(
                "golang",
                slash < 0 ? "" : module.substring(0, slash),
                module.substring(slash + 1),
                version.equals("(devel)") ? "" : version,
                path);
    }
}
