package dev.slipway.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/** Clients whose clock is ours and who note when they would sleep, instead of sleeping. */
final class TestClients {
    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
    final List<Duration> sleeps = Collections.synchronizedList(new ArrayList<>());
    final List<String> log = Collections.synchronizedList(new ArrayList<>());

    /** A listener that keeps what it hears. */
    final RegistryListener listener = new RegistryListener() {
        @Override
        public void info(String text) {
            log.add("info: " + text);
        }

        @Override
        public void debug(String text) {
            log.add(text);
        }

        @Override
        public void warn(String text) {
            log.add("warning: " + text);
        }
    };

    RegistryClient client(RegistryOptions.Builder options, CredentialSource credentials) {
        try {
            return new RegistryClient(options.build(), credentials, listener, retry());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RegistryClient client() {
        return client(RegistryOptions.builder(), CredentialSource.NONE);
    }

    Retry retry() {
        return new Retry(5, now::get, this::sleep, new Random(1));
    }

    void sleep(Duration duration) {
        sleeps.add(duration);
        now.updateAndGet(time -> time.plus(duration));
    }

    static CredentialSource known(String user, String password) {
        return (registry, repository) ->
                List.of(new Credential.Found(new Credential.Password(user, new Secret(password)), "the test"));
    }
}
