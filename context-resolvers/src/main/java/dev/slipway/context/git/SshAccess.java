package dev.slipway.context.git;

import dev.slipway.context.ContextException;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Who we are and whom we believe over ssh: {@code SSH_PRIVATE_KEY} (a file, or the key itself), the agent of
 * {@code SSH_AUTH_SOCK}, {@code ~/.ssh}; host keys from {@code SSH_KNOWN_HOSTS}, {@code ~/.ssh/known_hosts} and
 * {@code /etc/ssh/ssh_known_hosts}. A host whose key isn't there is refused, unless {@code ~/.ssh/config} says
 * otherwise.
 */
final class SshAccess {

    private static final Path OF_THE_MACHINE = Path.of("/etc/ssh/ssh_known_hosts");
    private static final List<String> KEY_FILES = List.of("id_ed25519", "id_ecdsa", "id_rsa");

    private final Map<String, String> environment;
    private final Path home;

    SshAccess(Map<String, String> environment, Path fallbackHome) {
        this.environment = environment;
        this.home = text("HOME").map(Path::of).orElse(fallbackHome);
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** What makes ssh sessions; to be closed. */
    SshdSessionFactory sessions() throws ContextException {
        List<KeyPair> keys = givenKeys();
        SshdSessionFactoryBuilder builder = new SshdSessionFactoryBuilder()
                .setPreferredAuthentications("publickey")
                .setHomeDirectory(home.toFile())
                .setSshDirectory(home.resolve(".ssh").toFile())
                .setDefaultKnownHostsFiles(directory -> knownHosts())
                .setDefaultIdentities(SshAccess::keyFiles);
        if (!keys.isEmpty()) {
            builder.setDefaultKeysProvider(directory -> keys);
        }
        Optional<Path> agent = text("SSH_AUTH_SOCK").map(Path::of);
        builder.setConnectorFactory(agent.isPresent() ? new SshAgent(agent.get()) : null);
        return builder.build(null);
    }

    private List<KeyPair> givenKeys() throws ContextException {
        Optional<String> given = text("SSH_PRIVATE_KEY");
        if (given.isEmpty()) {
            return List.of();
        }
        boolean isKey = given.get().contains("-----BEGIN ");
        String name = isKey ? "SSH_PRIVATE_KEY" : "SSH_PRIVATE_KEY \"%s\"".formatted(given.get());
        try {
            byte[] key = isKey
                    ? (given.get().strip() + "\n").getBytes(StandardCharsets.UTF_8)
                    : Files.readAllBytes(Path.of(given.get()));
            List<KeyPair> pairs = new ArrayList<>();
            Iterable<KeyPair> loaded =
                    SecurityUtils.loadKeyPairIdentities(null, () -> name, new ByteArrayInputStream(key), null);
            if (loaded != null) {
                loaded.forEach(pairs::add);
            }
            if (pairs.isEmpty()) {
                throw new ContextException(name + " holds no private key");
            }
            return List.copyOf(pairs);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new ContextException(
                    "%s can't be used: %s; give a key without a passphrase, or an agent by SSH_AUTH_SOCK"
                            .formatted(name, e.getMessage()),
                    e);
        }
    }

    private List<Path> knownHosts() {
        List<Path> files = new ArrayList<>();
        text("SSH_KNOWN_HOSTS").ifPresent(list -> {
            for (String file : list.split(File.pathSeparator)) {
                files.add(Path.of(file));
            }
        });
        files.add(home.resolve(".ssh/known_hosts"));
        files.add(OF_THE_MACHINE);
        return files;
    }

    private static List<Path> keyFiles(@Nullable File directory) {
        return directory == null
                ? List.of()
                : KEY_FILES.stream()
                        .map(name -> directory.toPath().resolve(name))
                        .filter(Files::isReadable)
                        .toList();
    }
}
