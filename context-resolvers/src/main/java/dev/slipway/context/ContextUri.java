package dev.slipway.context;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a context is, as {@code --context} names it (contexts.md): a scheme and what stands behind it.
 *
 * <p>Not a {@link java.net.URI}: a bare path, {@code git@host:repo.git} and file names with blanks are context URIs, too.
 *
 * @param text as the user wrote it; may hold credentials, so messages show {@link #toString()}
 * @param scheme in lower case; {@code dir} for a bare path, {@code git} for {@code user@host:path}
 * @param rest what follows {@code scheme://}; all of it for the spellings without a scheme
 */
public record ContextUri(String text, String scheme, String rest) {

    private static final Pattern WITH_SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)", Pattern.DOTALL);
    private static final Pattern SCP = Pattern.compile("[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:(?!//).*", Pattern.DOTALL);
    /** A password that should have been percent-encoded may hold what ends an authority; it is kept back all the same. */
    private static final Pattern USER_INFO =
            Pattern.compile("(?<=://)(?:[^/?#]*@|[^/?#@:\\[]*:(?![0-9]*(?:[/?#\\s]|$))[^@]*@)");

    private static final Pattern QUERY = Pattern.compile("\\?[^#]*");

    /** Reads {@code text}, which must not be empty: an empty flag means that it isn't given. */
    public static ContextUri parse(String text) throws ContextException {
        if (text.isEmpty()) {
            throw new ContextException("the context is empty: give a directory or a URI such as dir:///workspace");
        }
        if (text.indexOf('\0') >= 0) {
            throw new ContextException("the context %s holds a NUL byte".formatted(quoted(text)));
        }
        Matcher withScheme = WITH_SCHEME.matcher(text);
        if (withScheme.matches()) {
            return new ContextUri(text, withScheme.group(1).toLowerCase(Locale.ROOT), withScheme.group(2));
        }
        return new ContextUri(text, SCP.matcher(text).matches() ? "git" : "dir", text);
    }

    /** The URI without user, password or signed query, so that it may be shown. */
    @Override
    public String toString() {
        String shown = withoutLogin(text);
        return isRemote() ? QUERY.matcher(shown).replaceFirst("") : shown;
    }

    /** A text with the user and password of the first URL in it left out. */
    public static String withoutLogin(String text) {
        return USER_INFO.matcher(text).replaceFirst("");
    }

    private boolean isRemote() {
        return !scheme.equals("dir") && !scheme.equals("tar");
    }

    /** The URI as a message quotes it. */
    public String quoted() {
        return quoted(toString());
    }

    private static String quoted(String text) {
        return '"' + text.replace("\0", "\\0").replace("\n", "\\n") + '"';
    }
}
