package dev.slipway.context.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/** Tells JGit the logins of a server one after the other, as it says which ones were refused. */
final class Logins extends CredentialsProvider {

    private final GitCredentials credentials;
    private final Map<String, Integer> refused = new HashMap<>();
    private String told = "";

    Logins(GitCredentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public boolean isInteractive() {
        return false;
    }

    @Override
    public boolean supports(CredentialItem... items) {
        for (CredentialItem item : items) {
            if (!(item instanceof CredentialItem.Username) && !(item instanceof CredentialItem.Password)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean get(URIish uri, CredentialItem... items) {
        if (!supports(items)) {
            return false; // such as whether to trust an unknown host: nobody is there to ask
        }
        List<GitLogin> logins = logins(uri);
        int next = refused.getOrDefault(server(uri), 0);
        if (next >= logins.size()) {
            return false;
        }
        told = uri.getScheme() + "://" + uri.getHost() + ":" + port(uri);
        for (CredentialItem item : items) {
            if (item instanceof CredentialItem.Username user) {
                user.setValue(logins.get(next).user());
            } else if (item instanceof CredentialItem.Password password) {
                password.setValue(logins.get(next).password().toCharArray());
            }
        }
        return true;
    }

    @Override
    public void reset(URIish uri) {
        refused.merge(server(uri), 1, Integer::sum);
    }

    /** Whether the login that was given last may be sent to {@code url}: it is for the same scheme, host and port. */
    boolean areFor(URL url) {
        int port = url.getPort() < 0 ? url.getDefaultPort() : url.getPort();
        return told.equalsIgnoreCase(url.getProtocol() + "://" + url.getHost() + ":" + port);
    }

    private static int port(URIish uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private List<GitLogin> logins(URIish uri) {
        if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            return List.of();
        }
        try {
            return credentials.forServer(uri.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("stored logins can't be read: " + e.getMessage(), e);
        }
    }

    private static String server(URIish uri) {
        return uri.getScheme() + " " + uri.getHost() + " " + uri.getPort();
    }
}
