package dev.slipway.layer;

import dev.slipway.archive.EntryAttributes;
import dev.slipway.archive.tar.TarType;
import dev.slipway.archive.tar.Xattrs;
import dev.slipway.posix.PathBytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How layers of Windows images hold a filesystem: the files below {@code Files}, registry hives below {@code Hives}, and
 * for each entry what Windows knows of it in extended headers (OCI image-spec, "Layer", Windows file attributes).
 */
public final class WindowsLayout {
    private static final PathBytes FILES = PathBytes.of("Files");
    private static final PathBytes HIVES = PathBytes.of("Hives");
    private static final int DIRECTORY_MODE = 0755;

    private static final int ALL_ACCESS = 0x1f01ff;
    private static final int READ_AND_EXECUTE = 0x1200a9;
    private static final int EVERYTHING = 0x10000000;
    private static final int ADD_DIRECTORY = 0x4;
    private static final int ADD_FILE = 0x2;
    private static final int INHERITED = 3;
    private static final int INHERITED_ONLY = 11;
    private static final int INHERITED_BY_DIRECTORIES = 2;

    private static final byte[] SYSTEM = account(5, 18);
    private static final byte[] ADMINISTRATORS = account(5, 32, 544);
    private static final byte[] USERS = account(5, 32, 545);
    private static final byte[] CREATOR = account(3, 0);

    private static final String DIRECTORY_SECURITY = security(List.of(
            allowed(INHERITED, ALL_ACCESS, SYSTEM),
            allowed(INHERITED, ALL_ACCESS, ADMINISTRATORS),
            allowed(INHERITED_ONLY, EVERYTHING, CREATOR),
            allowed(INHERITED, READ_AND_EXECUTE, USERS),
            allowed(INHERITED_BY_DIRECTORIES, ADD_DIRECTORY, USERS),
            allowed(INHERITED_BY_DIRECTORIES, ADD_FILE, USERS)));
    private static final String FILE_SECURITY = security(List.of(
            allowed(0, ALL_ACCESS, SYSTEM),
            allowed(0, ALL_ACCESS, ADMINISTRATORS),
            allowed(0, READ_AND_EXECUTE, USERS)));

    private WindowsLayout() {}

    /** The content as a Windows layer has it: every path below {@code Files}. */
    static LayerContent outer(LayerContent content) {
        return sink -> {
            sink.accept(new LayerEntry.Directory(FILES, attributes()));
            content.writeTo(entry -> {
                if (!entry.path().isEmpty()) {
                    sink.accept(moved(entry, FILES.resolve(entry.path())));
                }
            });
            sink.accept(new LayerEntry.Directory(HIVES, attributes()));
        };
    }

    /** The entry as the filesystem has it; none for hives and what else isn't a file of the image. */
    public static Optional<LayerEntry> inner(LayerEntry entry) {
        if (!entry.path().startsWith(FILES) || entry.path().equals(FILES)) {
            return Optional.empty();
        }
        return Optional.of(moved(entry, entry.path().below(FILES)));
    }

    private static LayerEntry moved(LayerEntry entry, PathBytes path) {
        boolean inwards = path.length() < entry.path().length();
        return switch (entry) {
            case LayerEntry.File file -> new LayerEntry.File(path, file.attributes(), file.sizeBytes(), file.content());
            case LayerEntry.Directory directory -> new LayerEntry.Directory(path, directory.attributes());
            case LayerEntry.Symlink link -> new LayerEntry.Symlink(path, link.attributes(), link.target());
            case LayerEntry.HardLink link ->
                new LayerEntry.HardLink(
                        path,
                        link.attributes(),
                        inwards && link.target().startsWith(FILES)
                                ? link.target().below(FILES)
                                : FILES.resolve(link.target()));
            case LayerEntry.Device device ->
                new LayerEntry.Device(path, device.attributes(), device.isBlock(), device.major(), device.minor());
            case LayerEntry.Fifo fifo -> new LayerEntry.Fifo(path, fifo.attributes());
            case LayerEntry.Whiteout gone -> new LayerEntry.Whiteout(path);
            case LayerEntry.Opaque opaque -> new LayerEntry.Opaque(path);
        };
    }

    private static EntryAttributes attributes() {
        return new EntryAttributes(DIRECTORY_MODE, 0, 0, Instant.EPOCH, Xattrs.NONE);
    }

    /** The records that Windows reads: attributes, and who may do what. */
    static Map<String, String> records(TarType type) {
        return switch (type) {
            case DIRECTORY -> Map.of("MSWINDOWS.fileattr", "16", "MSWINDOWS.rawsd", DIRECTORY_SECURITY);
            case FILE -> Map.of("MSWINDOWS.fileattr", "32", "MSWINDOWS.rawsd", FILE_SECURITY);
            default -> Map.of();
        };
    }

    /**
     * A self-relative security descriptor in Base64 (MS-DTYP 2.4.6): owned by the administrators, the system as group.
     * What it allows is what a fresh directory of drive C allows.
     */
    private static String security(List<byte[]> entries) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        entries.forEach(list::writeBytes);
        int header = 20;
        int aclHeader = 8;
        ByteBuffer descriptor = ByteBuffer.allocate(
                        header + ADMINISTRATORS.length + SYSTEM.length + aclHeader + list.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        descriptor.put((byte) 1).put((byte) 0).putShort((short) 0x8004);
        int acl = header + ADMINISTRATORS.length + SYSTEM.length;
        descriptor
                .putInt(header)
                .putInt(header + ADMINISTRATORS.length)
                .putInt(0)
                .putInt(acl);
        descriptor.put(ADMINISTRATORS).put(SYSTEM);
        descriptor.put((byte) 2).put((byte) 0).putShort((short) (aclHeader + list.size()));
        descriptor.putShort((short) entries.size()).putShort((short) 0).put(list.toByteArray());
        return Base64.getEncoder().encodeToString(descriptor.array());
    }

    /** An entry of an access control list that allows something (MS-DTYP 2.4.4.2). */
    private static byte[] allowed(int flags, int mask, byte[] account) {
        ByteBuffer entry = ByteBuffer.allocate(8 + account.length).order(ByteOrder.LITTLE_ENDIAN);
        entry.put((byte) 0).put((byte) flags).putShort((short) entry.capacity());
        return entry.putInt(mask).put(account).array();
    }

    /** A security identifier (MS-DTYP 2.4.2). */
    private static byte[] account(int authority, int... parts) {
        ByteBuffer account = ByteBuffer.allocate(8 + 4 * parts.length).order(ByteOrder.LITTLE_ENDIAN);
        account.put((byte) 1).put((byte) parts.length);
        account.put(new byte[] {0, 0, 0, 0, 0, (byte) authority});
        for (int part : parts) {
            account.putInt(part);
        }
        return account.array();
    }
}
