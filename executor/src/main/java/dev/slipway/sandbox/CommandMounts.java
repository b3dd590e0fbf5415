package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.slipway.posix.Directory;
import dev.slipway.posix.Errno;
import dev.slipway.posix.FileStatus;
import dev.slipway.posix.Launch;
import dev.slipway.posix.Mounts;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a command finds mounted in its root: /proc, /sys, /dev, the files of the network's names, and what it asked for.
 * Everything is mounted in the calling thread's own namespace and vanishes with it.
 */
final class CommandMounts {
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom", "tty");
    /** What BuildKit, too, hands to a step that may do everything: images are made by loop devices. */
    private static final List<String> LOOP_DEVICES =
            List.of("loop-control", "loop0", "loop1", "loop2", "loop3", "loop4", "loop5", "loop6", "loop7");

    private static final Map<String, String> DEVICE_LINKS = Map.of(
            "fd", "/proc/self/fd",
            "stdin", "/proc/self/fd/0",
            "stdout", "/proc/self/fd/1",
            "stderr", "/proc/self/fd/2",
            "core", "/proc/kcore",
            "ptmx", "pts/ptmx");
    /** Of /proc what leads to the kernel's inside, as container run-times hide it: a command may be root in here. */
    private static final List<String> MASKED_FILES =
            List.of("proc/kcore", "proc/keys", "proc/timer_list", "proc/sched_debug", "proc/interrupts");

    private static final List<String> MASKED_DIRECTORIES = List.of("proc/acpi", "proc/scsi", "sys/firmware");
    private static final List<String> READ_ONLY =
            List.of("proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger");

    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final Directory root;
    private final MountPoints points;
    private final CommandRoom room;
    private final Launch launch;
    private final Allowances allowances;
    private int staged;

    /**
     * @param room for files in memory, and for what is written and forgotten, out of the root
     * @param launch gets the mounts that can only be made from inside the command's process namespace
     */
    CommandMounts(Directory root, MountPoints points, CommandRoom room, Launch launch, Allowances allowances) {
        this.root = root;
        this.points = points;
        this.room = room;
        this.launch = launch;
        this.allowances = allowances;
    }

    void mountAll(Command command) throws IOException {
        Mounts.mount("tmpfs", room.memory().toString(), "tmpfs", Mounts.NO_SETUID | Mounts.NO_DEVICES, "mode=0700");
        proc();
        sys();
        cgroups();
        dev();
        String hostname = command.hostname().orElse(Command.DEFAULT_HOSTNAME);
        file("etc/resolv.conf", NetworkFiles.resolvConf(), Mounts.NO_SETUID | Mounts.NO_DEVICES);
        file("etc/hosts", NetworkFiles.hosts(hostname, command.addedHosts()), 0);
        file("etc/hostname", (hostname + "\n").getBytes(UTF_8), 0);
        for (Mount mount : command.mounts()) {
            try {
                add(mount);
            } catch (PosixException e) {
                throw new SandboxException("can't mount onto \"/" + mount.target() + "\": " + e.getMessage(), e);
            }
        }
    }

    /**
     * A process namespace shows in a /proc that was mounted inside it, so the command's first process does that. Where
     * something of the outer /proc is masked the kernel allows no fresh one: then ours, laid beneath, is what is seen.
     */
    private void proc() throws IOException {
        PathBytes place = points.prepare(root, PathBytes.of("proc"), true);
        try (OpenFile at = root.openHandle(place)) {
            Mounts.bind("/proc", Mounts.pathOf(at.fd()), true);
        }
        long flags = Mounts.NO_SETUID | Mounts.NO_DEVICES | Mounts.NO_EXEC;
        launch.mount("proc", "/" + place, "proc", flags, "");
        if (allowances.insecure()) {
            return;
        }
        // A kernel that lacks one of these answers ENOENT, and nothing is lost.
        for (String path : READ_ONLY) {
            launch.bind("/" + path, "/" + path).makeReadOnly("/" + path, flags);
        }
        for (String path : MASKED_FILES) {
            launch.bind("/dev/null", "/" + path);
        }
        for (String path : MASKED_DIRECTORIES) {
            launch.mount("tmpfs", "/" + path, "tmpfs", flags | Mounts.READ_ONLY, "size=0k");
        }
    }

    private void sys() throws IOException {
        long flags =
                (allowances.insecure() ? 0 : Mounts.READ_ONLY) | Mounts.NO_SETUID | Mounts.NO_DEVICES | Mounts.NO_EXEC;
        PathBytes place = points.prepare(root, PathBytes.of("sys"), true);
        try (OpenFile at = root.openHandle(place)) {
            try {
                Mounts.mount("sysfs", Mounts.pathOf(at.fd()), "sysfs", flags, "");
            } catch (PosixException e) {
                Mounts.bind("/sys", Mounts.pathOf(at.fd()), true);
                if (!allowances.insecure()) {
                    readOnly(place, flags);
                }
            }
        }
    }

    /** The limits that a command runs under, for those that fit themselves to them; nothing can be set. */
    private void cgroups() throws IOException {
        PathBytes place = PathBytes.of("sys/fs/cgroup");
        if (!Files.isDirectory(CGROUPS) || root.statusIfPresent(place).isEmpty()) {
            return;
        }
        try (OpenFile below = root.openHandle(place)) {
            Mounts.bind(CGROUPS.toString(), Mounts.pathOf(below.fd()), true);
        }
        try (OpenFile mounted = root.openHandle(place)) {
            if (Mounts.makeAllReadOnly(Mounts.pathOf(mounted.fd()))) {
                return;
            }
            Mounts.unmount(Mounts.pathOf(mounted.fd()));
        }
        try (OpenFile below = root.openHandle(place)) {
            Mounts.bind(CGROUPS.toString(), Mounts.pathOf(below.fd()), false);
        }
        readOnly(place, Mounts.NO_SETUID | Mounts.NO_DEVICES | Mounts.NO_EXEC);
    }

    private void dev() throws IOException {
        PathBytes dev = points.prepare(root, PathBytes.of("dev"), true);
        tmpfs(dev, Mounts.NO_SETUID, "mode=0755,size=65536k");
        for (String device : DEVICES) {
            PathBytes node = dev.resolve(device);
            root.createFile(node, 0666).close();
            bind("/dev/" + device, node);
        }
        if (allowances.insecure()) {
            for (String device : LOOP_DEVICES) {
                if (Files.exists(Path.of("/dev", device))) {
                    PathBytes node = dev.resolve(device);
                    root.createFile(node, 0660).close();
                    bind("/dev/" + device, node);
                }
            }
        }
        for (Map.Entry<String, String> link : DEVICE_LINKS.entrySet()) {
            root.makeSymbolicLink(dev.resolve(link.getKey()), link.getValue().getBytes(UTF_8));
        }
        root.makeDirectory(dev.resolve("shm"), 01777);
        tmpfs(
                dev.resolve("shm"),
                Mounts.NO_SETUID | Mounts.NO_DEVICES | Mounts.NO_EXEC,
                "mode=1777,size=" + allowances.sharedMemory());
        root.makeDirectory(dev.resolve("mqueue"), 01777);
        try (OpenFile at = root.openHandle(dev.resolve("mqueue"))) {
            long flags = Mounts.NO_SETUID | Mounts.NO_DEVICES | Mounts.NO_EXEC;
            Mounts.mount("mqueue", Mounts.pathOf(at.fd()), "mqueue", flags, "");
        }
        root.makeDirectory(dev.resolve("pts"), 0755);
        try (OpenFile at = root.openHandle(dev.resolve("pts"))) {
            Mounts.mount(
                    "devpts",
                    Mounts.pathOf(at.fd()),
                    "devpts",
                    Mounts.NO_SETUID | Mounts.NO_EXEC,
                    "newinstance,ptmxmode=0666,mode=0620,gid=5");
        }
    }

    private void file(String target, byte[] content, long flags) throws IOException {
        PathBytes place = points.prepare(root, PathBytes.of(target), false);
        bind(stage(content, 0644, 0, 0).toString(), place);
        readOnly(place, flags == 0 ? Mounts.NO_SETUID | Mounts.NO_DEVICES : flags);
    }

    private void add(Mount mount) throws IOException {
        switch (mount) {
            case Mount.Bind bind -> add(bind);
            case Mount.Tmpfs tmpfs -> {
                PathBytes place = points.prepare(root, tmpfs.target(), true);
                String size = tmpfs.sizeBytes().isPresent()
                        ? ",size=" + tmpfs.sizeBytes().getAsLong()
                        : "";
                // Programs that were just built run there, as with BuildKit.
                long writes = tmpfs.readOnly() ? Mounts.READ_ONLY : 0;
                tmpfs(place, Mounts.NO_SETUID | Mounts.NO_DEVICES | writes, "mode=1777" + size);
            }
            case Mount.Content content -> {
                PathBytes place = points.prepare(root, content.target(), false);
                Path file = stage(content.content(), content.permissions(), content.uid(), content.gid());
                bind(file.toString(), place);
                readOnly(place, Mounts.NO_SETUID | Mounts.NO_DEVICES);
            }
        }
    }

    private void add(Mount.Bind bind) throws IOException {
        try (Directory tree = Directory.open(bind.root());
                OpenFile source = tree.openHandle(bind.source())) {
            boolean directory = source.status().isDirectory();
            PathBytes place = points.prepare(root, bind.target(), directory);
            if (bind.writes() == Mount.Writes.DISCARDED && directory) {
                discarding(source, place);
                return;
            }
            String from = Mounts.pathOf(source.fd());
            if (bind.writes() == Mount.Writes.DISCARDED) {
                from = copied(tree, bind.source()).toString();
            }
            try (OpenFile at = root.openHandle(place)) {
                Mounts.bind(from, Mounts.pathOf(at.fd()), true);
            }
            if (bind.writes() == Mount.Writes.REFUSED) {
                readOnly(place, 0);
            }
        }
    }

    /**
     * Shows a directory under an upper layer, which takes the writes and is forgotten: on the disk, as a build may write
     * more than there is memory, and in memory where the disk's file system can't be an upper layer.
     */
    private void discarding(OpenFile source, PathBytes place) throws IOException {
        try {
            overlay(source, place, room.disk());
        } catch (PosixException e) {
            if (!e.is(Errno.EINVAL)) {
                throw e;
            }
            overlay(source, place, room.memory());
        }
    }

    private void overlay(OpenFile source, PathBytes place, Path where) throws IOException {
        PathBytes upper = PathBytes.of("upper" + staged);
        PathBytes work = PathBytes.of("work" + staged++);
        try (Directory above = Directory.open(where)) {
            above.makeDirectory(work, 0700);
            above.makeDirectory(upper, 0755);
            // The upper layer's own root is what is seen of the two.
            FileStatus seen = source.status();
            above.setOwner(upper, seen.uid(), seen.gid());
            above.setPermissions(upper, seen.permissions());
            above.setModified(upper, seen.mtimeSeconds(), seen.mtimeNanos());
        }
        try (OpenFile at = root.openHandle(place)) {
            String options = "lowerdir=" + Mounts.pathOf(source.fd()) + ",upperdir=" + where.resolve(upper.toUtf8())
                    + ",workdir=" + where.resolve(work.toUtf8());
            Mounts.mount("overlay", Mounts.pathOf(at.fd()), "overlay", 0, options);
        }
    }

    private Path copied(Directory tree, PathBytes source) throws IOException {
        PathBytes name = PathBytes.of("copy" + staged++);
        Path disk = room.disk();
        try (OpenFile content = tree.openReadFollowing(source);
                Directory directory = Directory.open(disk);
                OpenFile copy = directory.createFile(name, 0600)) {
            FileStatus status = content.status();
            content.copyTo(copy);
            copy.setOwner(status.uid(), status.gid());
            copy.setPermissions(status.permissions());
        }
        return disk.resolve(name.toUtf8());
    }

    private Path stage(byte[] content, int permissions, int uid, int gid) throws IOException {
        PathBytes name = PathBytes.of("file" + staged++);
        try (Directory memory = Directory.open(room.memory());
                OpenFile file = memory.createFile(name, 0600)) {
            file.write(content, 0, content.length);
            file.setOwner(uid, gid);
            file.setPermissions(permissions);
        }
        return room.memory().resolve(name.toUtf8());
    }

    private void bind(String source, PathBytes place) throws IOException {
        try (OpenFile at = root.openHandle(place)) {
            Mounts.bind(source, Mounts.pathOf(at.fd()), false);
        }
    }

    private void tmpfs(PathBytes place, long flags, String options) throws IOException {
        try (OpenFile at = root.openHandle(place)) {
            Mounts.mount("tmpfs", Mounts.pathOf(at.fd()), "tmpfs", flags, options);
        }
    }

    /** A handle from before the mount leads below it, so the place is looked up once more. */
    private void readOnly(PathBytes place, long flags) throws IOException {
        try (OpenFile mounted = root.openHandle(place)) {
            Mounts.makeReadOnly(Mounts.pathOf(mounted.fd()), flags);
        }
    }
}
