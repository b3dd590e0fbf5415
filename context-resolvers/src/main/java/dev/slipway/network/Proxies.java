package dev.slipway.network;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The proxies that the environment names ({@code HTTP_PROXY}, {@code HTTPS_PROXY}, {@code NO_PROXY}, both cases), by the
 * rules that Go's tools have: loopback is never proxied (nor is a cloud's metadata server), {@code NO_PROXY} takes
 * hosts, suffixes, addresses, CIDR blocks and ports.
 */
public final class Proxies {
    /** Everything directly. */
    public static final Proxies NONE = new Proxies(Optional.empty(), Optional.empty(), List.of());

    private final Optional<Proxy> http;
    private final Optional<Proxy> https;
    private final List<Bypass> exceptions;

    private Proxies(Optional<Proxy> http, Optional<Proxy> https, List<Bypass> exceptions) {
        this.http = http;
        this.https = https;
        this.exceptions = exceptions;
    }

    /**
     * A proxy.
     *
     * @param secure whether the proxy itself is spoken to by TLS
     */
    public record Proxy(boolean secure, String host, int port, Optional<Login> login) {}

    /** Who we are to a proxy; the password doesn't print. */
    public record Login(String user, String password) {
        /** What {@code Proxy-Authorization} holds; a credential. */
        public String basic() {
            return "Basic "
                    + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return user + ":***";
        }
    }

    /** Reads the environment; a proxy that is no URL is an {@link IllegalArgumentException}. */
    public static Proxies of(Map<String, String> environment) {
        List<Bypass> exceptions = new ArrayList<>();
        for (String entry : value(environment, "NO_PROXY").orElse("").split("[,\\s]+")) {
            if (!entry.isEmpty()) {
                exceptions.add(Bypass.of(entry.toLowerCase(Locale.ROOT)));
            }
        }
        return new Proxies(proxy(environment, "HTTP_PROXY"), proxy(environment, "HTTPS_PROXY"), exceptions);
    }

    /** As {@link #of(Map)}, with values that count for the variables that the environment doesn't set. */
    public static Proxies of(Map<String, String> environment, Map<String, String> otherwise) {
        Map<String, String> variables = new HashMap<>();
        for (String name : List.of("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")) {
            value(environment, name).or(() -> value(otherwise, name)).ifPresent(text -> variables.put(name, text));
        }
        return of(variables);
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(text -> !text.isBlank())
                .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT)))
                        .filter(text -> !text.isBlank()))
                .map(String::strip);
    }

    private static Optional<Proxy> proxy(Map<String, String> environment, String name) {
        return value(environment, name).map(text -> {
            URI uri;
            try {
                uri = new URI(text.contains("://") ? text : "http://" + text);
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException(name + " is not a URL such as http://proxy:3128", e);
            }
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            if (uri.getHost() == null || !scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException(name + " is not a URL such as http://proxy:3128");
            }
            boolean secure = scheme.equals("https");
            int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
            return new Proxy(
                    secure,
                    uri.getHost(),
                    port,
                    Optional.ofNullable(uri.getUserInfo()).map(Proxies::login));
        });
    }

    private static Login login(String userInfo) {
        int colon = userInfo.indexOf(':');
        return colon < 0
                ? new Login(userInfo, "")
                : new Login(userInfo.substring(0, colon), userInfo.substring(colon + 1));
    }

    /** The proxies there are. */
    public List<Proxy> all() {
        return Stream.concat(http.stream(), https.stream()).distinct().toList();
    }

    /** The proxy for a request to {@code host}, which is a name or an address (IPv6 without brackets). */
    public Optional<Proxy> to(boolean tls, String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        if (Addresses.isLoopback(name)
                || isMetadataServer(name)
                || exceptions.stream().anyMatch(bypass -> bypass.covers(name, port))) {
            return Optional.empty();
        }
        return tls ? https : http;
    }

    /** A proxy would have it say who the proxy's machine is, not who we are. */
    private static boolean isMetadataServer(String name) {
        return name.equals("metadata.google.internal") || Addresses.isLinkLocal(name);
    }

    /** One entry of {@code NO_PROXY}. */
    private record Bypass(String host, boolean subdomainsOnly, Optional<Addresses.Block> block, int port) {

        static Bypass of(String entry) {
            Optional<Addresses.Block> block = Addresses.block(entry);
            if (block.isPresent()) {
                return new Bypass(entry, false, block, 0);
            }
            String host = entry;
            int port = 0;
            int colon = entry.lastIndexOf(':');
            if (colon > entry.lastIndexOf(']') && entry.indexOf(':') == colon
                    || colon > 0 && entry.charAt(colon - 1) == ']') {
                String digits = entry.substring(colon + 1);
                if (digits.matches("[0-9]{1,5}")) {
                    port = Integer.parseInt(digits);
                    host = entry.substring(0, colon);
                }
            }
            host = host.replaceFirst("^\\[", "").replaceFirst("]$", "");
            boolean subdomainsOnly = host.startsWith(".") || host.startsWith("*.");
            return new Bypass(host.replaceFirst("^\\*?\\.", ""), subdomainsOnly, Addresses.block(host), port);
        }

        boolean covers(String name, int requestPort) {
            if (port != 0 && port != requestPort) {
                return false;
            }
            if (host.equals("*")) {
                return true;
            }
            if (block.isPresent()) {
                return block.get().contains(name);
            }
            return name.endsWith("." + host) || !subdomainsOnly && name.equals(host);
        }
    }
}
