package dev.slipway.context.git;

import java.io.IOException;
import java.io.UncheckedIOException;
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

    /** How many logins there were to try: for the message when none was right. */
    int known(URIish uri) {
        return logins(uri).size();
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
