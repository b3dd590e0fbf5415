package dev.slipway.context.azure;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A blob's URL, taken apart.
 *
 * @param host of the account
 * @param login the authority of the cloud that the host belongs to
 * @param key the blob's name, decoded
 * @param sas a shared access signature, which is a credential
 */
record BlobUrl(String account, String host, String login, String container, String key, Optional<String> sas) {
    private static final Pattern HOST =
            Pattern.compile("([a-z0-9-]+)\\.(?:z[0-9]+\\.blob\\.storage\\.azure\\.net|blob\\.core\\."
                    + "(windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net|cloudapi\\.de))");

    static boolean isBlob(ContextUri uri) {
        String host = uri.rest().split("[/?#]", 2)[0].toLowerCase(Locale.ROOT);
        return uri.scheme().equals("https") && HOST.matcher(host).matches();
    }

    static BlobUrl of(ContextUri uri) throws ContextException {
        try {
            URI url = new URI(uri.text());
            String host = url.getHost().toLowerCase(Locale.ROOT);
            Matcher parts = HOST.matcher(host);
            String path = url.getPath().replaceFirst("^/+", "");
            int slash = path.indexOf('/');
            if (!parts.matches() || slash <= 0) {
                throw new ContextException(
                        "%s names no blob: write https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB"
                                .formatted(uri.quoted()));
            }
            return new BlobUrl(
                    parts.group(1),
                    host,
                    login(parts.group(2)),
                    path.substring(0, slash),
                    path.substring(slash + 1),
                    Optional.ofNullable(url.getRawQuery()).filter(query -> !query.isEmpty()));
        } catch (URISyntaxException e) {
            // Its message and its input would show a signature.
            throw new ContextException(
                    "%s is no URL (%s): encode blanks and signs in the name".formatted(uri.quoted(), e.getReason()));
        }
    }

    private static String login(@Nullable String cloud) {
        return switch (cloud) {
            case "chinacloudapi.cn" -> "https://login.chinacloudapi.cn/";
            case "usgovcloudapi.net" -> "https://login.microsoftonline.us/";
            case "cloudapi.de" -> "https://login.microsoftonline.de/";
            case null, default -> "https://login.microsoftonline.com/";
        };
    }

    /** The record's own would show the signature. */
    @Override
    public String toString() {
        return "https://" + host + "/" + container + "/" + key;
    }
}
