package dev.slipway.registry;

import dev.slipway.network.Pem;
import dev.slipway.network.TrustEverybody;
import dev.slipway.network.TrustStore;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Whom we believe, registry by registry: the common {@link TrustStore}, and what the flags say of a single one. */
final class TlsContexts {
    private static final char[] NO_PASSWORD = {};

    private final RegistryOptions options;
    private final Map<String, SSLContext> contexts = new ConcurrentHashMap<>();

    TlsContexts(RegistryOptions options) {
        this.options = options;
    }

    boolean verifies(Direction direction, String host, int port) {
        boolean skipped = switch (direction) {
            case PULL -> options.pull().skipTlsVerify();
            case PUSH -> options.push().skipTlsVerify();
        };
        return !skipped && names(host, port).stream().noneMatch(options.unverifiedRegistries()::contains);
    }

    /** A host as a flag may have named it: with its port, and without where the port is TLS's own. */
    private static List<String> names(String host, int port) {
        String bracketed = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        String withPort = bracketed + ":" + port;
        return port == 443 ? List.of(ImageReference.canonicalRegistry(bracketed), withPort) : List.of(withPort);
    }

    SSLContext context(boolean verified, String host, int port) throws IOException {
        List<String> names = names(host, port);
        List<Pem> authorities = names.stream()
                .flatMap(name -> options.certificates().getOrDefault(name, List.of()).stream())
                .toList();
        Optional<RegistryOptions.ClientCertificate> client = names.stream()
                .flatMap(
                        name -> Optional.ofNullable(options.clientCertificates().get(name)).stream())
                .findFirst();
        String key = verified + " " + authorities + " " + client;
        SSLContext made = contexts.get(key);
        if (made == null) {
            made = newContext(verified, authorities, client);
            contexts.put(key, made);
        }
        return made;
    }

    private SSLContext newContext(
            boolean verified, List<Pem> authorities, Optional<RegistryOptions.ClientCertificate> client)
            throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    client.isPresent() ? keyManagers(client.get()) : new KeyManager[0],
                    verified ? trusting(authorities).trustManagers() : new TrustManager[] {new TrustEverybody()},
                    new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the TLS certificates can't be used: " + e.getMessage(), e);
        }
    }

    private TrustStore trusting(List<Pem> authorities) {
        TrustStore store = options.network().trust();
        for (Pem file : authorities) {
            store = store.and(file);
        }
        return store;
    }

    private static KeyManager[] keyManagers(RegistryOptions.ClientCertificate client)
            throws GeneralSecurityException, IOException {
        List<X509Certificate> chain = ordered(client.chain().certificates());
        if (chain.isEmpty()) {
            throw new IOException("\"%s\" holds no certificate in PEM form".formatted(client.chain()));
        }
        PrivateKey key = client.key().privateKey();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** The first certificate and those above it; files often hold them twice, or in another order, which Java refuses. */
    private static List<X509Certificate> ordered(List<X509Certificate> certificates) {
        List<X509Certificate> chain =
                new ArrayList<>(certificates.stream().limit(1).toList());
        while (!chain.isEmpty()) {
            X509Certificate last = chain.getLast();
            Optional<X509Certificate> issuer = certificates.stream()
                    .filter(other -> other.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                    .filter(other -> !chain.contains(other))
                    .findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            chain.add(issuer.get());
        }
        return chain;
    }
}
