package dev.slipway.sandbox;

import dev.slipway.posix.CallingThread;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a command may do and use: {@code --ulimit}, {@code --shm-size}, {@code RUN --security}.
 *
 * @param limits of the command and what it starts; what is not named is as the executor has it
 * @param sharedMemoryBytes the size of /dev/shm; 64 MiB where nothing is said
 * @param insecure all capabilities that the executor holds, nothing of /proc and /sys hidden or read-only, loop devices
 */
public record Allowances(List<ResourceLimit> limits, OptionalLong sharedMemoryBytes, boolean insecure) {
    /** What a command has where nobody says anything. */
    public static final Allowances NONE = new Allowances(List.of(), OptionalLong.empty(), false);

    private static final long DEFAULT_SHARED_MEMORY = 64L << 20;
    private static final int LAST_CAPABILITY = 63;

    public Allowances {
        limits = List.copyOf(limits);
    }

    long sharedMemory() {
        return sharedMemoryBytes.orElse(DEFAULT_SHARED_MEMORY);
    }

    /** Numbers of capabilities(7), cut to those that we hold. */
    Set<Integer> capabilities() {
        return insecure
                ? IntStream.rangeClosed(0, LAST_CAPABILITY)
                        .filter(CallingThread::mayHave)
                        .boxed()
                        .collect(Collectors.toUnmodifiableSet())
                : Capability.granted();
    }
}
