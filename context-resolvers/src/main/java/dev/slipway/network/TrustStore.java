package dev.slipway.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The certificate authorities that this executor believes: those of the run-time and of the system, those of
 * {@code SSL_CERT_FILE}, {@code SSL_CERT_DIR} and our own directories, and those that a flag names. One store for
 * registries, contexts, git and {@code ADD}, so that what works for one of them works for all.
 *
 * <p>The files are read when this is made, as an in-place build replaces the filesystem that they are in; they are
 * understood when the first secure connection needs them. An intermediate certificate is believed like a root.
 */
public final class TrustStore {
    private static final List<Path> SYSTEM =
            List.of(Path.of("/etc/ssl/certs/ca-certificates.crt"), Path.of("/etc/pki/tls/certs/ca-bundle.crt"));
    private static final List<Path> OURS = List.of(Path.of("/slipway/ssl/certs"), Path.of("/kaniko/ssl/certs"));

    private final List<Pem> files;
    private Optional<List<X509Certificate>> certificates = Optional.empty();
    private Optional<SSLContext> context = Optional.empty();

    private TrustStore(List<Pem> files) {
        this.files = List.copyOf(files);
    }

    /**
     * Reads what the system, our directories and the environment name; a variable that names nothing that is there
     * counts as not set, as images set them for everybody.
     *
     * @param environment for {@code SSL_CERT_FILE} and {@code SSL_CERT_DIR}, several directories parted by colons
     */
    public static TrustStore of(Map<String, String> environment) throws IOException {
        List<Path> places = new ArrayList<>(SYSTEM);
        places.addAll(OURS);
        String file = environment.getOrDefault("SSL_CERT_FILE", "");
        if (!file.isBlank()) {
            places.add(Path.of(file));
        }
        for (String directory : environment.getOrDefault("SSL_CERT_DIR", "").split(":")) {
            if (!directory.isBlank()) {
                places.add(Path.of(directory));
            }
        }
        List<Pem> files = new ArrayList<>();
        for (Path place : places) {
            if (Files.isReadable(place)) {
                files.addAll(read(place));
            }
        }
        return new TrustStore(files);
    }

    /** What the run-time comes with, and nothing else. */
    public static TrustStore ofTheRunTime() {
        return new TrustStore(List.of());
    }

    /** Believes also the certificates of a file, or of the files of a directory, which must be there ({@code --ca-dir}). */
    public TrustStore and(Path fileOrDirectory) throws IOException {
        if (!Files.exists(fileOrDirectory)) {
            throw new IOException(
                    "there are no certificates in \"%s\": no such file or directory".formatted(fileOrDirectory));
        }
        List<Pem> more = new ArrayList<>(files);
        more.addAll(read(fileOrDirectory));
        return new TrustStore(more);
    }

    /** Believes also what is in a file that has been read already. */
    public TrustStore and(Pem certificates) {
        List<Pem> more = new ArrayList<>(files);
        more.add(certificates);
        return new TrustStore(more);
    }

    private static List<Pem> read(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of(Pem.read(place));
        }
        List<Path> listed;
        try (Stream<Path> children = Files.list(place)) {
            listed = children.filter(Files::isRegularFile).sorted().toList();
        }
        List<Pem> read = new ArrayList<>();
        for (Path file : listed) {
            read.add(Pem.read(file));
        }
        return read;
    }

    /** Every authority, for clients that want certificates; a file that holds something else is named in the error. */
    public synchronized List<X509Certificate> certificates() throws IOException {
        if (certificates.isEmpty()) {
            List<X509Certificate> all = new ArrayList<>();
            try {
                all.addAll(builtIn());
            } catch (GeneralSecurityException e) {
                throw new IOException("the run-time's own certificates can't be used: " + e.getMessage(), e);
            }
            for (Pem file : files) {
                all.addAll(file.certificates());
            }
            certificates = Optional.of(List.copyOf(all));
        }
        return certificates.get();
    }

    private static List<X509Certificate> builtIn() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return Stream.of(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .flatMap(manager -> Stream.of(manager.getAcceptedIssuers()))
                .toList();
    }

    /** For clients that take trust managers and have keys of their own. */
    public TrustManager[] trustManagers() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            List<X509Certificate> all = certificates();
            for (int i = 0; i < all.size(); i++) {
                store.setCertificateEntry("ca" + i, all.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificates can't be used: " + e.getMessage(), e);
        }
    }

    /** For clients that take a whole context: {@code context().getSocketFactory()}. Made once. */
    public synchronized SSLContext context() throws IOException {
        if (context.isEmpty()) {
            try {
                SSLContext made = SSLContext.getInstance("TLS");
                made.init(new KeyManager[0], trustManagers(), new SecureRandom());
                context = Optional.of(made);
            } catch (GeneralSecurityException e) {
                throw new IOException("the certificates can't be used: " + e.getMessage(), e);
            }
        }
        return context.get();
    }
}
