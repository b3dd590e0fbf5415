package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.posix.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command finds around itself, word by word, and that nothing of it stays in its root. */
class SurroundingsTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(981_173_106_000L);

    @TempDir
    private Path room;

    private Path root;
    private MountSpace space;
    private Sandbox sandbox;
    private final List<String> output = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        root = BusyBoxRoot.make(room.resolve("root"));
        space = MountSpace.open();
        sandbox = new Sandbox(space, Files.createDirectories(room.resolve("scratch")));
    }

    @AfterEach
    void close() throws IOException {
        space.close();
    }

    @Test
    void seesNoProcessButItsOwn() throws IOException {
        shell("for p in /proc/[0-9]*; do echo ${p##*/}; done; readlink /proc/self; grep -c Name: /proc/1/status");
        assertThat(output).containsExactly("1", "2", "1");
    }

    @Test
    void seesNoFileSystemOfTheHost() throws IOException {
        shell("awk '{print $5}' /proc/self/mountinfo");
        assertThat(output)
                .contains("/", "/proc", "/sys", "/dev", "/dev/pts", "/dev/shm")
                .allMatch(point -> point.equals("/") || point.matches("/(proc|sys|dev|etc)(/.*)?"));
        output.clear();
        shell("ls /");
        assertThat(output).containsExactly("bin", "dev", "etc", "proc", "sys");
    }

    @Test
    void findsTheUsualDevicesAndNoOthers() throws IOException {
        shell("ls /dev; cd /dev; stat -c '%n %t,%T %a' null zero full random urandom tty; stat -c %a shm pts; "
                + "echo x > /dev/null; dd if=/dev/zero bs=3 count=1 2>/dev/null | wc -c; echo x > /dev/full; "
                + "for link in fd stdin stdout stderr ptmx; do readlink $link; done");
        assertThat(output)
                .startsWith(
                        "core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin",
                        "stdout", "tty", "urandom", "zero")
                .contains(
                        "null 1,3 666",
                        "zero 1,5 666",
                        "full 1,7 666",
                        "random 1,8 666",
                        "urandom 1,9 666",
                        "tty 5,0 666",
                        "1777",
                        "3",
                        "/proc/self/fd",
                        "/proc/self/fd/2",
                        "pts/ptmx")
                .anyMatch(line -> line.contains("No space left on device"));
    }

    @Test
    void resolvesNamesAsTheExecutorDoes() throws IOException {
        Command command =
                command("cat /etc/hosts; echo --; cat /etc/hostname; hostname; echo --; cat /etc/resolv.conf");
        run(new Command(
                command.arguments(),
                command.environment(),
                command.workingDirectory(),
                command.credentials(),
                List.of(),
                Network.HOST,
                Optional.of("builder"),
                Map.of("db.example", "192.0.2.7"),
                Allowances.NONE));
        assertThat(output)
                .contains("127.0.0.1\tlocalhost builder", "192.0.2.7\tdb.example", "builder")
                .containsSequence("--", "builder", "builder", "--");
        assertThat(output)
                .endsWith(Files.readAllLines(Path.of("/etc/resolv.conf")).toArray(String[]::new));
    }

    @Test
    void hasClosedInputNoOtherDescriptorsAndFreshSignals() throws IOException {
        shell(
                "readlink /proc/self/fd/0; cat; ls /proc/$$/fd;"
                        + " grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status | tr -d '\\t'; umask; awk '{print $6}' /proc/self/stat");
        assertThat(output)
                .containsExactly(
                        "/dev/null",
                        "0",
                        "1",
                        "2",
                        "SigBlk:0000000000000000",
                        "SigIgn:0000000000000000",
                        "SigCgt:0000000000000000",
                        "0022",
                        "1");
    }

    @Test
    void givesTheEnvironmentByteForByte() throws IOException {
        List<byte[]> variables = List.of(bytes("B=2"), bytes("A=ä b=c"), bytes("A=twice"), new byte[] {'R', '=', -1});
        Command plain = Command.of(List.of("/bin/cat", "/proc/self/environ"), Map.of());
        run(new Command(
                plain.arguments(),
                variables,
                PathBytes.EMPTY,
                Credentials.ROOT,
                List.of(),
                Network.HOST,
                Optional.empty(),
                Map.of(),
                Allowances.NONE));
        assertThat(output).containsExactly("B=2\0A=ä b=c\0A=twice\0R=\ufffd\0");
    }

    @Test
    void givesAnotherUserNoCapabilitiesAndOnlyItsGroups() throws IOException {
        run(command("grep -E '^(Uid|Gid|Groups|CapEff|CapPrm|CapInh|CapAmb)' /proc/self/status | tr '\\t' ' '; id -u;"
                        + " touch /bin/x 2>/dev/null || echo denied")
                .as(new Credentials(1000, 1001, List.of(44, 1001))));
        assertThat(output)
                .map(String::strip)
                .containsExactly(
                        "Uid: 1000 1000 1000 1000",
                        "Gid: 1001 1001 1001 1001",
                        "Groups: 44 1001",
                        "CapInh: 0000000000000000",
                        "CapPrm: 0000000000000000",
                        "CapEff: 0000000000000000",
                        "CapAmb: 0000000000000000",
                        "1000",
                        "denied");
    }

    @Test
    void startsInADirectoryThatItsUserMayNotEnter() throws IOException {
        Path closed = Files.createDirectories(root.resolve("closed/work"));
        Files.setPosixFilePermissions(root.resolve("closed"), PosixFilePermissions.fromString("rwx------"));
        run(command("readlink /proc/self/cwd; ls /closed 2>/dev/null || echo denied")
                .in(PathBytes.of("closed/work"))
                .as(new Credentials(1000, 1000, List.of())));
        assertThat(closed).exists();
        assertThat(output).containsExactly("/closed/work", "denied");
    }

    @Test
    void makesAWorkingDirectoryThatTheImageLacks() throws IOException {
        run(command("pwd").in(PathBytes.of("not/there")));
        assertThat(output).containsExactly("/not/there");
        assertThat(root.resolve("not/there")).isEmptyDirectory();
    }

    @Test
    void leavesTheImagesOwnFilesAsTheyAre() throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/hosts"), "the image's");
        Files.createSymbolicLink(root.resolve("etc/resolv.conf"), Path.of("../run/dns/stub.conf"));
        for (Path directory : List.of(root.resolve("etc"), root)) {
            Files.setLastModifiedTime(directory, LONG_AGO);
        }
        shell("cat /etc/hosts /run/dns/stub.conf > /dev/null; ls /run/dns");
        assertThat(output).containsExactly("stub.conf");
        assertThat(root.resolve("etc/hosts")).hasContent("the image's");
        assertThat(names(root)).containsExactlyInAnyOrder("bin", "etc");
        assertThat(names(root.resolve("etc"))).containsExactlyInAnyOrder("hosts", "resolv.conf");
        assertThat(Files.getLastModifiedTime(root)).isEqualTo(LONG_AGO);
        assertThat(Files.getLastModifiedTime(root.resolve("etc"))).isEqualTo(LONG_AGO);
    }

    @Test
    void keepsParentsOfAMountPointThatSomethingWasWrittenInto() throws IOException {
        Mount tmpfs = new Mount.Tmpfs(PathBytes.of("made/for/it"), OptionalLong.empty(), false);
        run(command("touch /made/for/it/gone /made/kept").with(List.of(tmpfs)));
        assertThat(names(root.resolve("made"))).containsExactly("kept");
    }

    @Test
    void mountsInsideAMount() throws IOException {
        Path source = Files.createDirectories(room.resolve("source/sub"));
        Files.writeString(source.resolve("file"), "inner");
        List<Mount> mounts = List.of(
                new Mount.Tmpfs(PathBytes.of("a"), OptionalLong.empty(), false),
                new Mount.Bind(PathBytes.of("a/b"), room.resolve("source"), PathBytes.of("sub"), Mount.Writes.REFUSED),
                new Mount.Content(PathBytes.of("dev/pipes/EOF"), bytes("#!/bin/sh\necho script"), 0755, 0, 0));
        run(command("cat /a/b/file; echo; /dev/pipes/EOF; echo x > /dev/pipes/EOF || echo refused")
                .with(mounts));
        assertThat(output).contains("inner", "script", "refused");
        assertThat(names(root)).containsExactly("bin");
    }

    @Test
    void hasTheLimitsAndTheSharedMemoryThatItIsGiven() throws IOException {
        List<ResourceLimit> limits = List.of(ResourceLimit.parse("nofile=123:456"), ResourceLimit.parse("core=0"));
        run(allowing(
                command("ulimit -Sn; ulimit -Hn; ulimit -c; df -k /dev/shm | tail -n 1 | awk '{print $2}'"),
                new Allowances(limits, OptionalLong.of(2 << 20), false)));
        assertThat(output).containsExactly("123", "456", "0", "2048");
    }

    @Test
    void refusesALimitThatNobodyCanHave() {
        List<ResourceLimit> limits = List.of(ResourceLimit.parse("nofile=-1"));
        assertThatThrownBy(() -> run(allowing(command("true"), new Allowances(limits, OptionalLong.empty(), false))))
                .isInstanceOf(SandboxException.class)
                .hasMessageContainingAll("--ulimit nofile", "hard limit -1", "give less");
    }

    @Test
    void anInsecureCommandMayMountAndSeesAllOfProc() throws IOException {
        String script =
                "mkdir /m; mount -t tmpfs none /m && echo mounted; ls /proc/acpi /proc/bus > /dev/null && echo seen;"
                        + " grep -c ' /proc/' /proc/self/mountinfo; grep CapBnd /proc/self/status | cut -f2";
        run(allowing(command(script), new Allowances(List.of(), OptionalLong.empty(), true)));
        String all = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapBnd:"))
                .map(line -> line.substring(7).strip())
                .findFirst()
                .orElseThrow();
        assertThat(output).contains("mounted", "0", all);
        output.clear();
        shell("mount -t tmpfs none /m 2>/dev/null || echo refused");
        assertThat(output).contains("refused");
    }

    @Test
    void showsNoSecretInItsWords() {
        assertThat(new Mount.Content(PathBytes.of("s"), bytes("hush"), 0400, 0, 0).toString())
                .doesNotContain("hush");
    }

    private static List<String> names(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static Command allowing(Command command, Allowances allowances) {
        return new Command(
                command.arguments(),
                command.environment(),
                command.workingDirectory(),
                command.credentials(),
                command.mounts(),
                command.network(),
                command.hostname(),
                command.addedHosts(),
                allowances);
    }

    private static Command command(String script) {
        return Command.of(List.of("/bin/sh", "-c", script), Map.of("PATH", "/bin"));
    }

    private void shell(String script) throws IOException {
        run(command(script));
    }

    private void run(Command command) throws IOException {
        sandbox.run(root, command, (stream, line) -> output.add(line));
    }
}
