package dev.slipway.sandbox;

import dev.slipway.posix.Errno;
import dev.slipway.posix.PosixException;
import dev.slipway.posix.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * What commands leave behind where no process namespace ends with them (DESIGN 3.2): it is reaped while the command runs,
 * since a daemon may wait for its zombies to vanish, and killed after it. Children that a library of ours started, and
 * waits for, are told by their session: every command has one of its own.
 */
final class Orphans {
    private static final Path PROCESSES = Path.of("/proc");
    private static final long PATIENCE_NANOS = 100_000_000;
    private static final long POLL_NANOS = 2_000_000;
    private static final long LIMIT_NANOS = 10_000_000_000L;

    /** One process of the table, as proc(5) has it. */
    private record Entry(int pid, int parent, int session) {}

    /** Waits for a command to end, which stays a zombie; whatever it left behind is gone then. */
    void awaitEnd(int command) throws IOException {
        int own = find((int) ProcessHandle.current().pid()).session();
        while (true) {
            int ended = Processes.awaitAny();
            if (ended == command) {
                break;
            }
            if (find(ended).session() != own) {
                Processes.reapIfEnded(ended);
            } else if (waitForOwner(ended, command)) {
                break;
            }
        }
        endAll(command, own);
    }

    /** Leaves a zombie to whoever started it; true if the command ended meanwhile. */
    private static boolean waitForOwner(int zombie, int command) throws IOException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE_NANOS) {
            if (Processes.hasEnded(command)) {
                return true;
            }
            if (!Processes.hasEnded(zombie)) {
                return false;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        Processes.reapIfEnded(zombie);
        return false;
    }

    private static void endAll(int command, int own) throws IOException {
        long start = System.nanoTime();
        while (true) {
            List<Entry> left = left(command, own);
            if (left.isEmpty()) {
                return;
            }
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new SandboxException("the command left processes running that don't end when killed: "
                        + left.stream().map(Entry::pid).toList());
            }
            for (Entry entry : left) {
                kill(entry.pid());
            }
            for (Entry entry : left) {
                Processes.reapIfEnded(entry.pid());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static void kill(int pid) throws IOException {
        try {
            Processes.kill(pid, Processes.SIGKILL);
        } catch (PosixException e) {
            if (e.is(Errno.EPERM)) {
                throw new SandboxException(
                        "the command left the process %d of another user running, which can't be ended without CAP_KILL: add KILL to the container's capabilities, or end it in the RUN"
                                .formatted(pid),
                        e);
            }
            throw e;
        }
    }

    /** Our descendants in other sessions than ours, the command itself left out. */
    private static List<Entry> left(int command, int own) throws IOException {
        Map<Integer, Entry> table = table();
        Set<Integer> ours = new HashSet<>(Set.of((int) ProcessHandle.current().pid()));
        List<Entry> left = new ArrayList<>();
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Entry entry : table.values()) {
                if (ours.contains(entry.parent()) && ours.add(entry.pid())) {
                    grew = true;
                    if (entry.pid() != command && entry.session() != own) {
                        left.add(entry);
                    }
                }
            }
        }
        return left;
    }

    private static Map<Integer, Entry> table() throws IOException {
        Map<Integer, Entry> table = new HashMap<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path name : names) {
                Entry entry = find(Integer.parseInt(String.valueOf(name.getFileName())));
                table.put(entry.pid(), entry);
            }
        }
        return table;
    }

    /** A process; one that is gone, or that proc(5) hides from us, has neither parent nor session. */
    private static Entry find(int pid) throws IOException {
        Path file = PROCESSES.resolve(pid + "/stat");
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            // The name, in parentheses, may hold anything.
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return new Entry(pid, Integer.parseInt(fields[1]), Integer.parseInt(fields[3]));
        } catch (IOException e) {
            // It ended before that was opened, or between that and reading (ESRCH).
            if (Files.isReadable(file)) {
                throw e;
            }
            return new Entry(pid, 0, 0);
        }
    }
}
