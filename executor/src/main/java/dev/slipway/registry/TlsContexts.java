package dev.slipway.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whom we believe, registry by registry. One trust store for all: the run-time's own certificates, the system's, those
 * of {@code SSL_CERT_FILE}, {@code SSL_CERT_DIR} and our directories, and per registry those of its flags.
 */
final class TlsContexts {
    private static final List<Path> SYSTEM =
            List.of(Path.of("/etc/ssl/certs/ca-certificates.crt"), Path.of("/etc/pki/tls/certs/ca-bundle.crt"));
    private static final char[] NO_PASSWORD = {};

    private final RegistryOptions options;
    private final Map<String, SSLContext> contexts = new ConcurrentHashMap<>();
    private Optional<List<X509Certificate>> common = Optional.empty();

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
        List<Path> authorities = names.stream()
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
            boolean verified, List<Path> authorities, Optional<RegistryOptions.ClientCertificate> client)
            throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    client.isPresent() ? keyManagers(client.get()) : new KeyManager[0],
                    verified ? trustManagers(authorities) : new TrustManager[] {new TrustEverybody()},
                    new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the TLS certificates can't be used: " + e.getMessage(), e);
        }
    }

    private TrustManager[] trustManagers(List<Path> authorities) throws GeneralSecurityException, IOException {
        List<X509Certificate> certificates = new ArrayList<>(common());
        for (Path file : authorities) {
            certificates.addAll(Pem.certificates(file));
        }
        KeyStore store = emptyStore();
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("ca" + i, certificates.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private synchronized List<X509Certificate> common() throws GeneralSecurityException, IOException {
        if (common.isEmpty()) {
            List<X509Certificate> certificates = new ArrayList<>(ofTheRunTime());
            for (Path file : SYSTEM) {
                if (Files.isReadable(file)) {
                    certificates.addAll(Pem.certificates(file));
                }
            }
            for (Path place : options.trusted()) {
                certificates.addAll(read(place));
            }
            common = Optional.of(List.copyOf(certificates));
        }
        return common.get();
    }

    private static List<X509Certificate> ofTheRunTime() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return Stream.of(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .flatMap(manager -> Stream.of(manager.getAcceptedIssuers()))
                .toList();
    }

    private static List<X509Certificate> read(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return Files.exists(place) ? Pem.certificates(place) : List.of();
        }
        List<Path> files;
        try (Stream<Path> listed = Files.list(place)) {
            files = listed.filter(Files::isRegularFile).sorted().toList();
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (Path file : files) {
            certificates.addAll(Pem.certificates(file));
        }
        return certificates;
    }

    private static KeyManager[] keyManagers(RegistryOptions.ClientCertificate client)
            throws GeneralSecurityException, IOException {
        List<X509Certificate> chain = Pem.certificates(client.chain());
        if (chain.isEmpty()) {
            throw new IOException("\"%s\" holds no certificate in PEM form".formatted(client.chain()));
        }
        PrivateKey key = Pem.privateKey(client.key());
        KeyStore store = emptyStore();
        store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
