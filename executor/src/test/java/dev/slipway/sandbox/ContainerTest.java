package dev.slipway.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerTest {
    private static final String MACHINE = "pid:[4026531836]";
    private static final String OWN = "pid:[4026532210]";
    private static final String DISK = "26 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n";
    private static final String OVERLAY =
            "612 531 0:54 / / rw,relatime master:201 - overlay overlay rw,lowerdir=/var/lib/a:/var/lib/b\n";

    @TempDir
    private Path process;

    @Test
    void aDiskAndTheMachinesProcessesAreNoContainer() throws IOException {
        assertThat(look(DISK, MACHINE, Map.of()).isOne()).isFalse();
    }

    @Test
    void containerdUnderCgroupOneIsTold() throws IOException {
        String cgroups = "640 639 0:29 /kubepods/pod1/c1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";

        assertThat(look(OVERLAY + cgroups, OWN, Map.of()).isOne()).isTrue();
    }

    @Test
    void containerdUnderCgroupTwoIsToldWithoutAnyName() throws IOException {
        String cgroups = "640 639 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n";

        assertThat(look(OVERLAY + cgroups, OWN, Map.of()).isOne()).isTrue();
    }

    @Test
    void aPodWithTheMachinesProcessesIsToldByItsRoot() throws IOException {
        assertThat(look(OVERLAY, MACHINE, Map.of()).sign()).hasValue("its root is a mount of type overlay");
    }

    @Test
    void aRootOnASnapshottersDiskIsToldByItsProcesses() throws IOException {
        assertThat(look(DISK, OWN, Map.of()).isOne()).isTrue();
    }

    @Test
    void gvisorHasARootFromOutsideAndNoNamespaces() throws IOException {
        assertThat(look("1 0 0:11 / / rw - 9p none rw,trans=fd\n", "", Map.of()).isOne())
                .isTrue();
    }

    @Test
    void aRunTimeMaySaySoItself() throws IOException {
        assertThat(look(DISK, MACHINE, Map.of("container", "podman")).sign())
                .hasValue("the variable container is \"podman\"");
    }

    private Container look(String mounts, String processes, Map<String, String> environment) throws IOException {
        Files.writeString(process.resolve("mountinfo"), mounts);
        if (!processes.isEmpty()) {
            Files.createDirectory(process.resolve("ns"));
            Files.createSymbolicLink(process.resolve("ns/pid"), Path.of(processes));
        }
        return Container.look(process, environment);
    }
}
