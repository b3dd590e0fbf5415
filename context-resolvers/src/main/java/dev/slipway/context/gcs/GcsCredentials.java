package dev.slipway.context.gcs;

import com.google.auth.Credentials;
import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import dev.slipway.context.ContextException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Application default credentials: the file that is named (a service account's, or one of workload identity federation),
 * gcloud's own file, the metadata server; and at the end nothing at all, as public buckets need none.
 *
 * @param kind which they are, in the words of a message; empty where there are none
 */
record GcsCredentials(Credentials credentials, String kind) {
    private static final String FILE = "GOOGLE_APPLICATION_CREDENTIALS";
    private static final String METADATA_SERVER = "GCE_METADATA_HOST";

    static GcsCredentials of(Map<String, String> environment, boolean emulated, HttpTransportFactory transport)
            throws ContextException {
        Optional<String> named = value(environment, FILE);
        if (named.isPresent()) {
            return read(Path.of(named.get()), "%s=%s".formatted(FILE, named.get()), transport);
        }
        // An emulator asks for nothing, unless somebody says where a metadata server is.
        if (emulated && value(environment, METADATA_SERVER).isEmpty()) {
            return none();
        }
        Optional<Path> known = value(environment, "CLOUDSDK_CONFIG")
                .map(Path::of)
                .or(() -> value(environment, "HOME").map(home -> Path.of(home, ".config/gcloud")))
                .map(directory -> directory.resolve("application_default_credentials.json"))
                .filter(Files::isRegularFile);
        if (known.isPresent()) {
            return read(known.get(), known.get().toString(), transport);
        }
        if (Boolean.parseBoolean(environment.getOrDefault("NO_GCE_CHECK", "false"))) {
            return none();
        }
        try {
            return new GcsCredentials(GoogleCredentials.getApplicationDefault(transport), "the metadata server's");
        } catch (IOException e) {
            // Not on Google's machines, which is no error: the bucket may be public.
            return none();
        }
    }

    private static GcsCredentials none() {
        return new GcsCredentials(NoCredentials.getInstance(), "");
    }

    private static GcsCredentials read(Path file, String shown, HttpTransportFactory transport)
            throws ContextException {
        try (InputStream in = Files.newInputStream(file)) {
            return new GcsCredentials(GoogleCredentials.fromStream(in, transport), "those of " + shown);
        } catch (IOException | IllegalArgumentException e) {
            throw new ContextException(
                    "%s: no credentials can be read from it (%s)"
                            .formatted(shown, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isEmpty());
    }
}
