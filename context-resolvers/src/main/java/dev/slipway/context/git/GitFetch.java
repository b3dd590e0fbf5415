package dev.slipway.context.git;

import dev.slipway.context.Connections;
import dev.slipway.context.ContextException;
import dev.slipway.context.GitOptions;
import dev.slipway.context.ResumingDownload.Delayed;
import dev.slipway.context.Retries;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;

/**
 * Brings one commit of a remote repository into an empty local one, with as little of its history as the server lets us:
 * the commit by its name or id at depth 1; where a server refuses an id, or the id is shortened, the history that has it.
 */
final class GitFetch implements AutoCloseable {

    /** Of failures that stay what they are however often one asks, some are known by their words only. */
    private static final Pattern FINAL =
            Pattern.compile("not authorized|authentication|not permitted|not found|certificate|\\bkey\\b");

    private final HttpTransportConnections http;
    private final GitOptions options;
    private final Logins logins;
    private final SshAccess ssh;
    private final Duration timeout;
    private final String what;
    private final List<SshdSessionFactory> sessions = new ArrayList<>();

    /** @param timeout how long a server may say nothing, in whole seconds */
    GitFetch(Connections connections, GitOptions options, Logins logins, SshAccess ssh, Duration timeout, String what) {
        this.http = new HttpTransportConnections(connections, !options.insecureSkipTls(), logins);
        this.options = options;
        this.logins = logins;
        this.ssh = ssh;
        this.timeout = timeout;
        this.what = what;
    }

    /**
     * A commit that is there now.
     *
     * @param refs the names under which it was fetched, and the other branches where all were asked for
     */
    record Fetched(ObjectId commit, Optional<String> name, Map<String, ObjectId> refs) {}

    Fetched fetch(GitSource source, Repository into) throws IOException, ContextException {
        if (source.commit().isPresent()) {
            return byId(source, ObjectId.fromString(source.commit().get()), into);
        }
        String name = source.ref().or(options::branch).orElse("HEAD");
        List<String> candidates = candidates(name);
        try (Transport transport = open(source, into, options.depth());
                FetchConnection connection = transport.openFetch(List.of(), prefixes(candidates))) {
            Map<String, Ref> refs = connection.getRefsMap();
            Optional<Ref> found = candidates.stream()
                    .flatMap(each -> Optional.ofNullable(refs.get(each)).stream())
                    .findFirst();
            if (found.isPresent()) {
                Collection<Ref> wanted = new ArrayList<>(List.of(found.get()));
                if (!options.singleBranch()) {
                    refs.values().stream()
                            .filter(ref -> ref.getName().startsWith("refs/heads/"))
                            .forEach(wanted::add);
                }
                connection.fetch(NullProgressMonitor.INSTANCE, wanted, Set.of());
                Map<String, ObjectId> named = new LinkedHashMap<>();
                wanted.forEach(ref -> named.put(ref.getName(), ref.getObjectId()));
                return new Fetched(found.get().getObjectId(), Optional.of(branchOf(found.get())), named);
            }
        } catch (TransportException e) {
            throw explained(source, e);
        }
        if (name.matches("[0-9a-f]{4,39}")) {
            return byShortId(source, name, into);
        }
        throw new ContextException("%s: no branch or tag \"%s\" there%s".formatted(what, name, known(source, into)));
    }

    /** As git: a branch before a tag before any other name. */
    private static List<String> candidates(String name) {
        return name.equals("HEAD") || name.startsWith("refs/")
                ? List.of(name)
                : List.of("refs/heads/" + name, "refs/tags/" + name, "refs/" + name);
    }

    private String[] prefixes(List<String> candidates) {
        List<String> prefixes = new ArrayList<>(candidates);
        if (!options.singleBranch()) {
            prefixes.add("refs/heads/");
        }
        return prefixes.toArray(String[]::new);
    }

    private static String branchOf(Ref ref) {
        return ref.getTarget().getName();
    }

    private Fetched byId(GitSource source, ObjectId id, Repository into) throws IOException, ContextException {
        try (Transport transport = open(source, into, options.depth());
                FetchConnection connection = transport.openFetch(List.of(), "HEAD")) {
            Ref wanted = new ObjectIdRef.Unpeeled(Ref.Storage.NETWORK, id.name(), id);
            connection.fetch(NullProgressMonitor.INSTANCE, List.of(wanted), Set.of());
            if (into.getObjectDatabase().has(id)) {
                return new Fetched(id, Optional.empty(), Map.of());
            }
        } catch (TransportException refused) {
            if (isFinal(refused) || isPassing(refused)) {
                throw explained(source, refused);
            }
            // This server gives only what its branches and tags name: the commit must be in their history.
        }
        history(source, into, source.ref().map(GitFetch::candidates).orElse(List.of()));
        if (!into.getObjectDatabase().has(id)) {
            throw new ContextException(
                    "%s: the commit %s is in none of its branches and tags".formatted(what, id.name()));
        }
        return new Fetched(id, Optional.empty(), Map.of());
    }

    private Fetched byShortId(GitSource source, String digits, Repository into) throws IOException, ContextException {
        history(source, into, List.of());
        try (ObjectReader reader = into.newObjectReader()) {
            List<ObjectId> commits = reader.resolve(AbbreviatedObjectId.fromString(digits)).stream()
                    .filter(id -> isCommit(reader, id))
                    .toList();
            if (commits.size() != 1) {
                throw new ContextException("%s: \"%s\" is neither a branch nor a tag there, and %s"
                        .formatted(
                                what,
                                digits,
                                commits.isEmpty() ? "no commit begins so" : commits.size() + " commits begin so"));
            }
            return new Fetched(commits.getFirst(), Optional.empty(), Map.of());
        }
    }

    private static boolean isCommit(ObjectReader reader, ObjectId id) {
        try {
            return reader.open(id).getType() == Constants.OBJ_COMMIT;
        } catch (IOException e) {
            return false;
        }
    }

    /** Everything that the named refs lead to; all branches and tags, if none of the names is there. */
    private void history(GitSource source, Repository into, List<String> names) throws IOException, ContextException {
        try (Transport transport = open(source, into, 0);
                FetchConnection connection = transport.openFetch(List.of(), "refs/")) {
            List<Ref> named = names.stream()
                    .flatMap(name -> Optional.ofNullable(connection.getRefsMap().get(name)).stream())
                    .toList();
            List<Ref> wanted = named.isEmpty()
                    ? connection.getRefs().stream()
                            .filter(ref -> ref.getName().startsWith("refs/heads/")
                                    || ref.getName().startsWith("refs/tags/"))
                            .toList()
                    : named;
            if (wanted.isEmpty()) {
                throw new ContextException(what + ": the repository is empty");
            }
            connection.fetch(NullProgressMonitor.INSTANCE, wanted, Set.of());
        } catch (TransportException e) {
            throw explained(source, e);
        }
    }

    /** The names nearby, for the error. */
    private String known(GitSource source, Repository into) throws IOException, ContextException {
        try (Transport transport = open(source, into, 1);
                FetchConnection connection = transport.openFetch(List.of(), "refs/heads/", "refs/tags/")) {
            List<String> names = connection.getRefs().stream()
                    .map(Ref::getName)
                    .filter(name -> name.startsWith("refs/heads/") || name.startsWith("refs/tags/"))
                    .map(Repository::shortenRefName)
                    .limit(10)
                    .toList();
            return names.isEmpty() ? "; the repository is empty" : "; there are " + String.join(", ", names);
        } catch (TransportException e) {
            throw explained(source, e);
        }
    }

    private Transport open(GitSource source, Repository into, int depth) throws IOException, ContextException {
        URIish uri;
        try {
            uri = new URIish(source.url());
        } catch (URISyntaxException e) {
            throw new ContextException("%s is no git URL".formatted(what), e);
        }
        Transport transport = Transport.open(into, uri);
        transport.setTimeout((int) timeout.toSeconds());
        transport.setCredentialsProvider(logins);
        if (depth > 0) {
            transport.setDepth(depth);
        }
        switch (transport) {
            case TransportHttp web -> web.setHttpConnectionFactory(http);
            case SshTransport secure -> {
                SshdSessionFactory factory = ssh.sessions();
                sessions.add(factory);
                secure.setSshSessionFactory(factory);
            }
            default -> {
                transport.close();
                throw new ContextException("%s: git is spoken by https, http and ssh only".formatted(what));
            }
        }
        return transport;
    }

    /** Whether another attempt may fare better: what broke is the connection, or the server says so. */
    private boolean isPassing(TransportException e) {
        if (isFinal(e)) {
            return false;
        }
        if (http.status() >= HttpURLConnection.HTTP_BAD_REQUEST) {
            return Retries.isPassing(http.status());
        }
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof IOException && !(at instanceof TransportException)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFinal(TransportException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof NoRemoteRepositoryException
                    || at instanceof SSLHandshakeException
                    || BoundedInserter.refused(at)
                    || FINAL.matcher(said(at).toLowerCase(Locale.ROOT)).find()) {
                return true;
            }
        }
        return false;
    }

    /** Without the URL, in which any word may stand. */
    private static String said(Throwable e) {
        return String.valueOf(e.getMessage()).replaceFirst("^(https?://|ssh://|[^\\s/]+@)\\S+: ", "");
    }

    private ContextException explained(GitSource source, TransportException e) {
        StringBuilder reasons = new StringBuilder();
        for (Throwable at = e; at != null && reasons.length() < 400; at = at.getCause()) {
            String fresh = GitSource.withoutLogin(said(at));
            if (reasons.indexOf(fresh) < 0) {
                reasons.append(reasons.isEmpty() ? "" : ": ").append(fresh);
            }
        }
        String message = what + ": " + reasons + advice(source, reasons.toString());
        return new ContextException(message, isPassing(e) ? new Delayed(reasons.toString(), http.askedFor(), e) : e);
    }

    private String advice(GitSource source, String reasons) {
        String text = reasons.toLowerCase(Locale.ROOT);
        boolean overSsh = !source.url().startsWith("http");
        if (text.contains("authorized") || text.contains("authentication") || text.contains("not permitted")) {
            return overSsh
                    ? "; give a key by SSH_PRIVATE_KEY or ~/.ssh, or an agent by SSH_AUTH_SOCK"
                    : "; give GIT_TOKEN, or GIT_USERNAME and GIT_PASSWORD";
        }
        if (overSsh && text.contains("server key")) {
            return "; put the host's key into ~/.ssh/known_hosts or the file that SSH_KNOWN_HOSTS names";
        }
        if (text.contains("pkix") || text.contains("certificat")) {
            return "; add its authority with --ca-dir or SSL_CERT_FILE";
        }
        return text.contains("not found") ? "; is the URL right, and may this user see it?" : "";
    }

    @Override
    public void close() {
        sessions.forEach(SshdSessionFactory::close);
    }
}
