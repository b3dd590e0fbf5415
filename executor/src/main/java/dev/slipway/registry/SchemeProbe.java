package dev.slipway.registry;

import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Finds out whether a registry that may speak plain HTTP does. Both are tried side by side, as either kind of server may
 * stay silent for as long as we listen when it is greeted in the other's way. A TLS server wins wherever it answers; on
 * a port that can only speak one of them, plain HTTP gets a head start, for TLS costs a start more than all else of it.
 */
final class SchemeProbe {
    /** Where http and https have ports of their own, how long a TLS server may take after the plain one answered. */
    private static final long GRACE_SECONDS = 1;

    /** TLS servers refuse what is said in clear at once; those that say nothing cost this much. */
    private static final Duration HEAD_START = Duration.ofSeconds(1);

    private final boolean samePort;
    private final Duration headStart;

    SchemeProbe(String registry) {
        this(registry, HEAD_START);
    }

    SchemeProbe(String registry, Duration headStart) {
        this.samePort = registry.matches(".*:[0-9]+");
        this.headStart = headStart;
    }

    /**
     * An answer to a first request.
     *
     * @param asRegistry whether it is what a registry says, and not what a TLS server says to plain HTTP
     */
    record Answered(URI base, boolean asRegistry) {}

    /** Sends the first request. */
    @FunctionalInterface
    interface Ping {
        Answered send(String scheme) throws RegistryException;
    }

    private record Outcome(boolean secure, Optional<Answered> answer, Optional<RegistryException> failure) {}

    URI race(Ping ping) throws RegistryException, InterruptedIOException {
        BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
        CountDownLatch notPlain = new CountDownLatch(samePort ? 1 : 0);
        Thread plain = Thread.ofPlatform().daemon().name("http").start(() -> {
            Outcome outcome = outcome(ping, false);
            outcomes.add(outcome);
            if (!isRegistry(outcome)) {
                notPlain.countDown();
            }
        });
        Thread secure = Thread.ofPlatform().daemon().name("https").start(() -> {
            try {
                notPlain.await(headStart.toMillis(), TimeUnit.MILLISECONDS);
                outcomes.add(outcome(ping, true));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the plain server is the registry, and nobody waits for us
            }
        });
        try {
            return winner(outcomes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while reaching a registry");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            secure.interrupt();
            plain.interrupt();
        }
    }

    private static Outcome outcome(Ping ping, boolean secure) {
        try {
            return new Outcome(secure, Optional.of(ping.send(secure ? "https" : "http")), Optional.empty());
        } catch (RegistryException e) {
            return new Outcome(secure, Optional.empty(), Optional.of(e));
        }
    }

    private URI winner(BlockingQueue<Outcome> outcomes) throws RegistryException, InterruptedException {
        Outcome first = outcomes.take();
        boolean plainRegistry = !first.secure() && isRegistry(first);
        if (plainRegistry && samePort || first.secure() && first.answer().isPresent()) {
            return base(first);
        }
        Optional<Outcome> second =
                Optional.ofNullable(plainRegistry ? outcomes.poll(GRACE_SECONDS, TimeUnit.SECONDS) : outcomes.take());
        if (second.isEmpty()) {
            return base(first);
        }
        Outcome secure = first.secure() ? first : second.get();
        Outcome plain = first.secure() ? second.get() : first;
        if (secure.answer().isPresent()) {
            return base(secure);
        }
        RegistryException failure = secure.failure().orElseThrow();
        // Where TLS is spoken by somebody whom we don't trust, or who doesn't trust us, nothing is said in clear
        // either.
        if (plain.answer().isEmpty() || Failures.isDistrust(failure)) {
            throw failure;
        }
        // A server that closes on us may lose its own alert: what it says in clear shows that it speaks TLS.
        if (samePort && !isRegistry(plain) && failure.kind() == RegistryException.Kind.PROTOCOL) {
            throw failure;
        }
        return base(plain);
    }

    private static boolean isRegistry(Outcome outcome) {
        return outcome.answer().filter(Answered::asRegistry).isPresent();
    }

    private static URI base(Outcome outcome) {
        return outcome.answer().orElseThrow().base();
    }
}
