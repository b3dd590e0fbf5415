package dev.slipway.context.git;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a git URL names, in kaniko's spelling ({@code git://host/repo.git#ref#commit}), BuildKit's
 * ({@code https://host/repo.git#ref:subdir}, {@code ?ref=…&subdir=…}) or git's ({@code git@host:repo.git}).
 *
 * @param url as the transport takes it, without user and password; for ssh with the user
 * @param login the user and password that the URL held
 * @param ref a branch, a tag, a full name such as {@code refs/pull/1/head}, or a commit id, shortened or not
 * @param commit the commit that is wanted, 40 digits, or to be found with {@code ref}'s help where it's refused
 * @param subdirectory the directory of the repository that is its root
 * @param checksum what the commit's id must begin with ({@code ?checksum=})
 * @param keepGitDirectory {@code ?keep-git-dir=}
 * @param submodules {@code ?submodules=}
 * @param commitTimes whether files get the commit's time ({@code ?mtime=commit})
 */
public record GitSource(
        String url,
        Optional<GitLogin> login,
        Optional<String> ref,
        Optional<String> commit,
        Optional<String> subdirectory,
        Optional<String> checksum,
        Optional<Boolean> keepGitDirectory,
        Optional<Boolean> submodules,
        boolean commitTimes) {

    private static final Pattern WITH_SCHEME = Pattern.compile("(?i)(git|https?|ssh)://(?:([^/@]*)@)?([^/]*)(.*)");
    private static final Pattern SCP = Pattern.compile("([A-Za-z0-9_.-]+)@([A-Za-z0-9_.-]+):(?!//)(.*)");
    private static final Pattern FULL_ID = Pattern.compile("[0-9a-f]{40}");
    private static final int LAST_PORT = 65_535;
    private static final List<String> QUERIES =
            List.of("ref", "tag", "branch", "commit", "checksum", "subdir", "keep-git-dir", "submodules", "mtime");

    /** Whether a URL names a git repository rather than a file: by its scheme, or by the {@code .git} of its path. */
    public static boolean isGit(String text) {
        if (SCP.matcher(text).matches()) {
            return true;
        }
        Matcher parts = WITH_SCHEME.matcher(text.replaceFirst("[?#].*", ""));
        if (!parts.matches()) {
            return false;
        }
        return switch (parts.group(1).toLowerCase(Locale.ROOT)) {
            case "git", "ssh" -> true;
            default -> parts.group(4).endsWith(".git");
        };
    }

    /**
     * Reads {@code text}.
     *
     * @param environment for {@code GIT_PULL_METHOD}, the transport that {@code git://} means
     * @throws ContextException if it isn't of one of the forms
     */
    public static GitSource parse(String text, Map<String, String> environment) throws ContextException {
        String shown = withoutLogin(text);
        int hash = text.indexOf('#');
        String fragment = hash < 0 ? "" : text.substring(hash + 1);
        String rest = hash < 0 ? text : text.substring(0, hash);
        int question = rest.indexOf('?');
        String query = question < 0 ? "" : rest.substring(question + 1);
        String plain = question < 0 ? rest : rest.substring(0, question);
        Named named = Named.ofFragment(fragment, shown).with(query, shown);

        Matcher scp = SCP.matcher(plain);
        Matcher url = WITH_SCHEME.matcher(plain);
        if (scp.matches()) {
            return named.in(plain, Optional.empty());
        }
        if (!url.matches() || url.group(3).isEmpty() || url.group(4).length() < 2) {
            throw new ContextException(
                    "context \"%s\" names no repository: write git://HOST/PATH.git#REF or git@HOST:PATH.git#REF"
                            .formatted(shown));
        }
        String scheme = transport(url.group(1).toLowerCase(Locale.ROOT), environment);
        Optional<String> user = Optional.ofNullable(url.group(2)).filter(given -> !given.isEmpty());
        if (scheme.equals("ssh")) {
            String withUser = "ssh://%s@%s%s".formatted(user.orElse("git"), url.group(3), url.group(4));
            return named.in(wellFormed(withUser, shown), Optional.empty());
        }
        String withoutUser = scheme + "://" + url.group(3) + url.group(4);
        return named.in(wellFormed(withoutUser, shown), user.map(GitLogin::ofUserInfo));
    }

    private static String wellFormed(String url, String shown) throws ContextException {
        String reason = "its host or its port is none";
        try {
            URI parsed = new URI(url);
            if (parsed.getHost() != null && parsed.getPort() <= LAST_PORT) {
                return url;
            }
        } catch (URISyntaxException e) {
            reason = e.getReason(); // its message would show the URL with all secrets in it
        }
        throw new ContextException(
                "context \"%s\" is no URL (%s): percent-encode what a user, a password or a path can't hold as it is"
                        .formatted(shown, reason));
    }

    /**
     * A submodule of {@code parent}: its URL may be relative to the parent's, and one of the parent's host is reached as
     * the parent is, so that the same credential serves (a pod seldom has both a token and an ssh key).
     */
    static GitSource submodule(String url, String commit, GitSource parent) throws ContextException {
        String absolute = url.startsWith("./") || url.startsWith("../") ? relative(url, parent.url()) : url;
        boolean parentIsHttp = parent.url().startsWith("http");
        Matcher scp = SCP.matcher(absolute);
        Matcher other = WITH_SCHEME.matcher(absolute);
        if (!scp.matches() && !other.matches()) {
            throw new ContextException("context \"%s\": the submodule \"%s\" is no https, http or ssh URL"
                    .formatted(parent, withoutLogin(url)));
        }
        if (parentIsHttp) {
            String scheme = parent.url().substring(0, parent.url().indexOf("://"));
            String authority = parent.url().replaceFirst("^[a-z]+://", "").replaceFirst("/.*", "");
            String host = authority.replaceFirst(":[0-9]+$", "");
            if (scp.matches() && scp.group(2).equalsIgnoreCase(host)) {
                absolute =
                        "%s://%s/%s".formatted(scheme, authority, scp.group(3).replaceFirst("^/+", ""));
            } else if (other.matches()
                    && !other.group(1).toLowerCase(Locale.ROOT).startsWith("http")
                    && other.group(3).replaceFirst(":[0-9]+$", "").equalsIgnoreCase(host)) {
                absolute = "%s://%s%s".formatted(scheme, authority, other.group(4));
            }
        }
        GitSource named = parse(absolute + "#" + commit, Map.of());
        return new GitSource(
                named.url(),
                named.login(),
                Optional.empty(),
                named.commit(),
                Optional.empty(),
                Optional.empty(),
                parent.keepGitDirectory(),
                parent.submodules(),
                parent.commitTimes());
    }

    private static String relative(String url, String parent) throws ContextException {
        String base = parent.replaceFirst("/+$", "");
        String rest = url;
        while (rest.startsWith("./") || rest.startsWith("../")) {
            if (rest.startsWith("../")) {
                int cut = Math.max(base.lastIndexOf('/'), base.contains("://") ? -1 : base.lastIndexOf(':'));
                int host = base.indexOf("://");
                if (cut < 0 || host >= 0 && cut <= host + 2) {
                    throw new ContextException("context \"%s\": the submodule \"%s\" leads above the server's root"
                            .formatted(parent, url));
                }
                base = base.charAt(cut) == ':' ? base.substring(0, cut + 1) : base.substring(0, cut);
            }
            rest = rest.substring(rest.indexOf('/') + 1);
        }
        return base.endsWith(":") ? base + rest : base + "/" + rest;
    }

    private static String transport(String scheme, Map<String, String> environment) throws ContextException {
        if (!scheme.equals("git")) {
            return scheme;
        }
        String method = environment.getOrDefault("GIT_PULL_METHOD", "").toLowerCase(Locale.ROOT);
        return switch (method) {
            case "" -> "https";
            case "http", "https", "ssh" -> method;
            default ->
                throw new ContextException("GIT_PULL_METHOD is \"%s\": write https, http or ssh".formatted(method));
        };
    }

    /** A URL as it may be shown. */
    static String withoutLogin(String text) {
        return ContextUri.withoutLogin(text);
    }

    static boolean isFullId(String name) {
        return FULL_ID.matcher(name).matches();
    }

    /** The repository and what is named of it, without credentials. */
    @Override
    public String toString() {
        String named = commit.or(() -> ref).map(name -> "#" + name).orElse("");
        return withoutLogin(url) + named + subdirectory.map(path -> ":" + path).orElse("");
    }

    /** The repository alone, for {@code org.opencontainers.image.source}. */
    public String repository() {
        return withoutLogin(url);
    }

    /** What a URL says besides the repository. */
    private record Named(
            Optional<String> ref, Optional<String> commit, Optional<String> subdirectory, Map<String, String> queries) {

        static Named ofFragment(String fragment, String shown) throws ContextException {
            int second = fragment.indexOf('#');
            String first = second < 0 ? fragment : fragment.substring(0, second);
            Optional<String> commit = second < 0 ? Optional.empty() : Optional.of(fragment.substring(second + 1));
            if (commit.isPresent() && !isFullId(commit.get())) {
                throw new ContextException("context \"%s\": \"%s\" after the second # is no commit id of 40 digits"
                        .formatted(shown, commit.get()));
            }
            int colon = first.indexOf(':');
            Optional<String> ref = some(colon < 0 ? first : first.substring(0, colon));
            Optional<String> subdirectory = colon < 0 ? Optional.empty() : some(first.substring(colon + 1));
            if (commit.isEmpty() && ref.filter(GitSource::isFullId).isPresent()) {
                commit = ref;
                ref = Optional.empty();
            }
            return new Named(ref, commit, subdirectory, Map.of());
        }

        private static Optional<String> some(String text) {
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        }

        Named with(String query, String shown) throws ContextException {
            if (query.isEmpty()) {
                return this;
            }
            Map<String, String> found = new HashMap<>();
            for (String part : query.split("&")) {
                String[] pair = part.split("=", 2);
                if (!QUERIES.contains(pair[0])) {
                    throw new ContextException("context \"%s\": \"?%s\" is none of %s"
                            .formatted(shown, pair[0], String.join(", ", QUERIES)));
                }
                found.put(pair[0], pair.length < 2 ? "" : decoded(pair[1], shown));
            }
            Optional<String> commit = this.commit.or(() -> Optional.ofNullable(found.get("commit")));
            if (commit.isPresent() && !isFullId(commit.get())) {
                // BuildKit's commit= may be shortened: then it is what the id must begin with.
                found.putIfAbsent("checksum", commit.get());
                commit = Optional.empty();
            }
            return new Named(
                    ref.or(() -> Optional.ofNullable(found.get("ref")))
                            .or(() -> Optional.ofNullable(found.get("tag")).map(name -> "refs/tags/" + name))
                            .or(() -> Optional.ofNullable(found.get("branch")).map(name -> "refs/heads/" + name)),
                    commit,
                    subdirectory.or(() -> Optional.ofNullable(found.get("subdir"))),
                    Map.copyOf(found));
        }

        private static String decoded(String value, String shown) throws ContextException {
            try {
                return URLDecoder.decode(value, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw new ContextException(
                        "context \"%s\": \"%s\" is not percent-encoded as a URL is".formatted(shown, value), e);
            }
        }

        /** As git names a directory: without dots and doubled slashes; none is the repository itself. */
        private static Optional<String> directory(String given, String url) throws ContextException {
            Deque<String> parts = new ArrayDeque<>();
            for (String part : given.split("/")) {
                if (part.equals("..") && parts.pollLast() == null) {
                    throw new ContextException("context \"%s\": the directory \"%s\" leads out of the repository"
                            .formatted(withoutLogin(url), given));
                } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
                    parts.addLast(part);
                }
            }
            return some(String.join("/", parts));
        }

        GitSource in(String url, Optional<GitLogin> login) throws ContextException {
            Function<String, Optional<Boolean>> truth = name ->
                    Optional.ofNullable(queries.get(name)).map(value -> !value.equals("0") && !value.equals("false"));
            String times = queries.getOrDefault("mtime", "checkout");
            if (!times.equals("checkout") && !times.equals("commit")) {
                throw new ContextException(
                        "context \"%s\": mtime=%s: write checkout or commit".formatted(withoutLogin(url), times));
            }
            return new GitSource(
                    url,
                    login,
                    ref,
                    commit,
                    subdirectory.isEmpty() ? subdirectory : directory(subdirectory.get(), url),
                    Optional.ofNullable(queries.get("checksum")),
                    truth.apply("keep-git-dir"),
                    truth.apply("submodules"),
                    times.equals("commit"));
        }
    }
}
