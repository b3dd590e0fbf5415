package dev.slipway.context.git;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.context.Connections;
import dev.slipway.context.ContextException;
import dev.slipway.context.ResumingDownload;
import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.ResumingDownload.Refused;
import dev.slipway.context.Retries;
import dev.slipway.context.git.TreeCheckout.LargeFile;
import dev.slipway.context.http.HttpObject;
import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Puts large files in the place of their pointers: git-lfs's batch API with its basic transfer (git-lfs,
 * docs/api/batch.md).
 */
final class LargeFiles {

    private static final String MEDIA_TYPE = "application/vnd.git-lfs+json";
    private static final int BATCH = 100;
    private static final JsonMapper JSON = new JsonMapper();

    private final Connections connections;
    private final boolean verified;
    private final GitCredentials credentials;
    private final Retries retries;
    private final String what;

    LargeFiles(Connections connections, boolean verified, GitCredentials credentials, Retries retries, String what) {
        this.connections = connections;
        this.verified = verified;
        this.credentials = credentials;
        this.retries = retries;
        this.what = what;
    }

    /** Where a repository keeps its large files; one that is reached by ssh has them at the same host by https. */
    static URI server(String repositoryUrl) throws ContextException {
        String place = repositoryUrl.replaceFirst("/+$", "");
        String service = (place.endsWith(".git") ? "" : ".git") + "/info/lfs";
        try {
            if (place.startsWith("http")) {
                return new URI(place + service);
            }
            if (place.startsWith("ssh://")) {
                URI ssh = new URI(place);
                return new URI("https", ssh.getHost(), ssh.getPath() + service, null);
            }
            String[] parts = place.substring(place.indexOf('@') + 1).split(":/?", 2);
            return new URI("https", parts[0], "/" + parts[1] + service, null);
        } catch (URISyntaxException e) {
            throw new ContextException("the large files of \"%s\" are at no URL (%s)"
                    .formatted(GitSource.withoutLogin(repositoryUrl), e.getReason()));
        }
    }

    /** Fetches the files' content into {@code destination}, where their pointers are. */
    void fetch(List<LargeFile> files, URI server, Directory destination) throws IOException, ContextException {
        for (int from = 0; from < files.size(); from += BATCH) {
            List<LargeFile> some = files.subList(from, Math.min(files.size(), from + BATCH));
            Map<String, JsonNode> downloads = ask(some, server);
            for (LargeFile file : some) {
                JsonNode download = downloads.get(file.pointer().sha256());
                if (download == null) {
                    throw new ContextException(
                            "%s: the server \"%s\" has nothing for the large file \"%s\"; GIT_LFS_SKIP_SMUDGE=1 leaves pointers"
                                    .formatted(what, server, file.path()));
                }
                write(file, download, server, destination);
            }
        }
    }

    private Map<String, JsonNode> ask(List<LargeFile> files, URI server) throws IOException, ContextException {
        ObjectNode request = JSON.createObjectNode();
        request.put("operation", "download").putArray("transfers").add("basic");
        ArrayNode objects = request.putArray("objects");
        files.stream()
                .map(LargeFile::pointer)
                .distinct()
                .forEach(pointer ->
                        objects.addObject().put("oid", pointer.sha256()).put("size", pointer.sizeBytes()));
        JsonNode answer = post(URI.create(server + "/objects/batch"), request.toString());
        Map<String, JsonNode> downloads = new HashMap<>();
        for (JsonNode object : answer.path("objects")) {
            JsonNode error = object.path("error");
            if (!error.isMissingNode()) {
                throw new ContextException("%s: the large file with the hash %s: the server says \"%s\""
                        .formatted(
                                what,
                                object.path("oid").asText(),
                                error.path("message").asText()));
            }
            downloads.put(object.path("oid").asText(), object.path("actions").path("download"));
        }
        return downloads;
    }

    private JsonNode post(URI url, String body) throws IOException, ContextException {
        for (int made = 1; ; made++) {
            try {
                return postOnce(url, body);
            } catch (JacksonException e) {
                throw noAnswer(url, "answered with what is no JSON", e);
            } catch (SSLHandshakeException e) {
                throw noAnswer(url, "can't be believed: " + e.getMessage(), e);
            } catch (IOException e) {
                Optional<Duration> asked = e instanceof Delayed delayed ? delayed.askedFor() : Optional.empty();
                if (!retries.again(made, asked)) {
                    throw noAnswer(url, (e instanceof Delayed ? "" : "fails: ") + e.getMessage(), e);
                }
            }
        }
    }

    private ContextException noAnswer(URI url, String happened, @Nullable Throwable cause) {
        String message = "%s holds large files, but their server \"%s\" %s; GIT_LFS_SKIP_SMUDGE=1 leaves pointers"
                .formatted(what, url, happened);
        return cause == null ? new ContextException(message) : new ContextException(message, cause);
    }

    private JsonNode postOnce(URI url, String body) throws IOException, ContextException {
        List<Optional<GitLogin>> logins = new ArrayList<>();
        credentials.forServer(url.toString()).forEach(login -> logins.add(Optional.of(login)));
        logins.add(Optional.empty());
        int status = 0;
        for (Optional<GitLogin> login : logins) {
            HttpURLConnection connection = connections.open(url, verified);
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Accept", MEDIA_TYPE);
            connection.setRequestProperty("Content-Type", MEDIA_TYPE);
            login.ifPresent(given -> connection.setRequestProperty("Authorization", basic(given)));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            connection.setFixedLengthStreamingMode(bytes.length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(bytes);
            }
            status = connection.getResponseCode();
            if (status == HttpURLConnection.HTTP_OK) {
                try (InputStream in = connection.getInputStream()) {
                    return JSON.readTree(in);
                }
            }
            Optional<Duration> wait = Optional.ofNullable(connection.getHeaderField("Retry-After"))
                    .flatMap(header -> Retries.after(header, InstantSource.system()));
            connection.disconnect();
            if (Retries.isPassing(status)) {
                throw new Delayed("answered " + status, wait);
            }
            if (status != HttpURLConnection.HTTP_UNAUTHORIZED && status != HttpURLConnection.HTTP_FORBIDDEN) {
                break;
            }
        }
        throw noAnswer(url, "answered " + status, null);
    }

    private static String basic(GitLogin login) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8));
    }

    private void write(LargeFile file, JsonNode download, URI server, Directory destination)
            throws IOException, ContextException {
        URI href = href(download, server, file);
        Map<String, String> headers = new HashMap<>();
        download.path("header")
                .properties()
                .forEach(field -> headers.put(field.getKey(), field.getValue().asText()));
        if (headers.isEmpty()) {
            credentials.forServer(href.toString()).stream()
                    .findFirst()
                    .ifPresent(login -> headers.put("Authorization", basic(login)));
        }
        MessageDigest hash = sha256();
        long size = 0;
        destination.unlink(file.path());
        try (InputStream in = ResumingDownload.start(
                        "large file \"%s\"".formatted(file.path()),
                        new HttpObject(connections, href, verified, headers),
                        retries);
                OpenFile out = destination.createFile(file.path(), 0600)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                hash.update(buffer, 0, read);
                size += read;
                if (size > file.pointer().sizeBytes()) {
                    break;
                }
                out.write(buffer, 0, read);
            }
            out.setPermissions(file.executable() ? 0755 : 0644);
        }
        if (size != file.pointer().sizeBytes()
                || !HexFormat.of()
                        .formatHex(hash.digest())
                        .equals(file.pointer().sha256())) {
            throw new ContextException("%s: the content of the large file \"%s\" is not the one that the commit names"
                    .formatted(what, file.path()));
        }
    }

    /** What a server says is not to be relied on. */
    private URI href(JsonNode download, URI server, LargeFile file) throws ContextException {
        String text = download.path("href").asText();
        try {
            URI href = server.resolve(new URI(text));
            boolean web = "https".equalsIgnoreCase(href.getScheme()) || "http".equalsIgnoreCase(href.getScheme());
            if (web && href.getHost() != null && !text.isEmpty()) {
                return href;
            }
        } catch (URISyntaxException e) {
            throw badUrl(server, file, e);
        }
        throw badUrl(server, file, null);
    }

    private ContextException badUrl(URI server, LargeFile file, @Nullable Throwable cause) {
        String message = "%s: the server \"%s\" names no http or https URL for the large file \"%s\"; %s"
                .formatted(what, server, file.path(), "GIT_LFS_SKIP_SMUDGE=1 leaves pointers");
        return cause == null ? new ContextException(message) : new ContextException(message, cause);
    }

    private static MessageDigest sha256() throws Refused {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new Refused("no SHA-256 here", e);
        }
    }
}
