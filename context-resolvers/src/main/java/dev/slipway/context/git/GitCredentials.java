package dev.slipway.context.git;

import dev.slipway.context.Connections;
import dev.slipway.context.Netrc;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which logins a server may be told, the likeliest first: what the URL held, {@code GIT_TOKEN} or {@code GIT_USERNAME} and
 * {@code GIT_PASSWORD}, {@code .git-credentials}, {@code .netrc}. A login is told to the host that it is for and to no
 * other, whatever a redirect or a submodule says.
 */
public final class GitCredentials {

    private final String ownHost;
    private final List<GitLogin> own;
    private final Map<String, String> environment;

    private GitCredentials(String ownHost, List<GitLogin> own, Map<String, String> environment) {
        this.ownHost = ownHost;
        this.own = own;
        this.environment = environment;
    }

    /** For a repository that the user named: the environment's login is meant for its host. */
    public static GitCredentials ofUser(GitSource source, Map<String, String> environment) {
        List<GitLogin> own = new ArrayList<>();
        source.login().ifPresent(own::add);
        String user = environment.getOrDefault("GIT_USERNAME", "");
        String password = environment.getOrDefault("GIT_PASSWORD", "");
        String token = environment.getOrDefault("GIT_TOKEN", "");
        if (!token.isEmpty() && !user.isEmpty()) {
            own.add(new GitLogin(user, token));
        } else if (!token.isEmpty()) {
            // What forges want beside a token differs: most take any user, some the token itself as the user.
            own.add(new GitLogin("oauth2", token));
            own.add(new GitLogin("x-access-token", token));
            own.add(new GitLogin(token, ""));
        } else if (!user.isEmpty() || !password.isEmpty()) {
            own.add(new GitLogin(user, password));
        }
        return new GitCredentials(host(source.url()), own, environment);
    }

    /**
     * For a repository that a Dockerfile names: it gets what is stored for its host, never the environment's login, which
     * a Dockerfile could otherwise send anywhere.
     */
    public static GitCredentials ofDockerfile(GitSource source, Map<String, String> environment) {
        return new GitCredentials(host(source.url()), source.login().stream().toList(), environment);
    }

    /** The logins for a server, in the order to try them. */
    List<GitLogin> forServer(String url) throws IOException {
        List<GitLogin> logins = new ArrayList<>();
        if (host(url).equals(ownHost)) {
            logins.addAll(own);
        }
        logins.addAll(stored(url));
        Netrc.of(environment)
                .login(name(URI.create(url)))
                .ifPresent(login -> logins.add(new GitLogin(login.user(), login.password())));
        return List.copyOf(logins);
    }

    private List<GitLogin> stored(String url) throws IOException {
        List<GitLogin> found = new ArrayList<>();
        for (Path file : files()) {
            if (Files.isReadable(file)) {
                for (String line : Files.readAllLines(file)) {
                    entry(line.strip(), url).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        Optional<String> home = Optional.ofNullable(environment.get("HOME")).filter(text -> !text.isEmpty());
        home.ifPresent(path -> files.add(Path.of(path, ".git-credentials")));
        Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                .filter(text -> !text.isEmpty())
                .or(() -> home.map(path -> path + "/.config"))
                .ifPresent(path -> files.add(Path.of(path, "git", "credentials")));
        return files;
    }

    /** One line of the file, if it is for the server; a line with a path is for that path and what is below it. */
    private static Optional<GitLogin> entry(String line, String url) {
        int at = line.lastIndexOf('@');
        int scheme = line.indexOf("://");
        if (scheme < 0 || at < scheme) {
            return Optional.empty();
        }
        String place = line.substring(0, scheme + 3) + line.substring(at + 1);
        String path;
        try {
            path = URI.create(place).getPath();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // git passes over what is no URL, too
        }
        boolean covers = host(place).equals(host(url))
                && (path == null
                        || path.isEmpty()
                        || path.equals("/")
                        || (URI.create(url).getPath() + "/").startsWith(path + "/"));
        return covers ? Optional.of(GitLogin.ofUserInfo(line.substring(scheme + 3, at))) : Optional.empty();
    }

    /** Scheme, name and port, so that a login for TLS is never sent in the clear. */
    private static String host(String url) {
        if (!url.startsWith("http://") && !url.startsWith("https://")) {
            return url;
        }
        URI uri = URI.create(url);
        return "%s %s %d".formatted(uri.getScheme(), name(uri).toLowerCase(Locale.ROOT), Connections.port(uri));
    }

    /**
     * A redirect may lead to a name that {@link URI} takes for none, such as one with an underscore; what stands in its
     * place, with the port, tells it from every other.
     */
    private static String name(URI uri) {
        if (uri.getHost() != null) {
            return uri.getHost();
        }
        String authority = Objects.requireNonNullElse(uri.getRawAuthority(), "");
        return authority.substring(authority.lastIndexOf('@') + 1);
    }
}
