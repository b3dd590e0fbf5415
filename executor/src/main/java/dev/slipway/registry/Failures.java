package dev.slipway.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.slipway.registry.RegistryException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Words for what went wrong with a registry, in one place, so that all of them say what to do. */
final class Failures {
    private static final int LARGEST_ERROR_BYTES = 64 * 1024;
    private static final int LONGEST_MESSAGE = 400;
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(409, "Conflict"),
            Map.entry(411, "Length Required"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Content Too Large"),
            Map.entry(416, "Range Not Satisfiable"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"));

    private Failures() {}

    /** One of the errors of a registry's answer (OCI distribution-spec, "Error Codes"). */
    private record Complaint(String code, String message) {
        @Override
        public String toString() {
            return message.isEmpty() ? code : code.isEmpty() ? message : code + ": " + message;
        }
    }

    /**
     * A status that wasn't hoped for.
     *
     * @param operation what was tried, such as {@code push blob sha256:… to "localhost:5000/app"}
     * @param who whose credential was used, in words
     */
    static RegistryException answered(String operation, HttpAnswer answer, Optional<String> who) {
        List<Complaint> complaints = complaints(answer);
        List<String> codes = complaints.stream()
                .map(Complaint::code)
                .filter(code -> !code.isEmpty())
                .toList();
        String said = complaints.isEmpty()
                ? ""
                : complaints.stream().map(Complaint::toString).collect(Collectors.joining("; ", " (", ")"));
        String path = Optional.ofNullable(answer.uri().getPath()).orElse("");
        Kind kind =
                Immutability.isMeant(path, answer.status(), codes, said) ? Kind.IMMUTABLE_TAG : kind(answer.status());
        String status = answer.status()
                + Optional.ofNullable(REASONS.get(answer.status()))
                        .map(text -> " " + text)
                        .orElse("");
        String advice = advice(kind, who) + (kind == Kind.RATE_LIMITED ? limits(answer) : "");
        return new RegistryException(
                kind,
                "%s: %s answered %s%s%s".formatted(operation, shown(answer.uri()), status, said, advice),
                shown(answer.uri()),
                answer.status(),
                codes,
                null);
    }

    /** What Docker Hub says about its limit: {@code 100;w=21600} means 100 pulls in six hours. */
    private static String limits(HttpAnswer answer) {
        String told = Stream.of("RateLimit-Limit", "RateLimit-Remaining", "Docker-RateLimit-Source")
                .flatMap(name -> answer.header(name).stream().map(value -> name + ": " + value))
                .collect(Collectors.joining(", "));
        return told.isEmpty() ? "" : " (" + told + ")";
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 401 -> Kind.UNAUTHORIZED;
            case 403 -> Kind.FORBIDDEN;
            case 404 -> Kind.NOT_FOUND;
            case 429 -> Kind.RATE_LIMITED;
            default -> status >= 500 ? Kind.SERVER : status >= 400 ? Kind.REFUSED : Kind.PROTOCOL;
        };
    }

    private static String advice(Kind kind, Optional<String> who) {
        return switch (kind) {
            case UNAUTHORIZED ->
                who.map(origin -> "; the credential from " + origin + " was not accepted: is it current?")
                        .orElse(
                                "; no credential for it was found: put one into config.json, in DOCKER_CONFIG's directory");
            case FORBIDDEN ->
                who.map(origin -> "; the credential from " + origin
                                + " doesn't have this right: grant it, or use another")
                        .orElse(
                                "; it was asked without a credential: put one into config.json, in DOCKER_CONFIG's directory");
            case NOT_FOUND ->
                "; check the name, and whether the credential may see it: many registries hide what it may not";
            case RATE_LIMITED -> "; the registry limits how often it is asked: log in, use a mirror, or wait";
            case IMMUTABLE_TAG -> "; the tag is immutable: use another, or --push-ignore-immutable-tag-errors";
            case SERVER -> "; the registry failed on its side: its log knows why";
            case REFUSED, DNS, UNREACHABLE, TLS, CORRUPT, PROTOCOL -> "";
        };
    }

    /** A request that got no answer. */
    static RegistryException unanswered(String operation, URI uri, IOException cause) {
        Kind kind = kind(cause);
        String what = switch (kind) {
            case DNS ->
                "there is no address for the name \"%s\": check its spelling and the DNS of this machine"
                        .formatted(host(uri));
            case TLS -> tlsWords(cause, host(uri));
            case UNREACHABLE ->
                cause instanceof SocketTimeoutException
                        ? "no answer in time; is a firewall or a proxy in between?"
                        : "nobody accepts the connection (%s); is the registry up, are host and port right?"
                                .formatted(words(cause));
            default -> "the connection broke (%s)".formatted(words(cause)) + clientHint(uri);
        };
        return new RegistryException(
                kind, "%s: %s: %s".formatted(operation, shown(uri), what), shown(uri), 0, List.of(), cause);
    }

    /** Who refuses a client for want of its certificate closes the connection, and its words may be lost with that. */
    private static String clientHint(URI uri) {
        return "https".equals(uri.getScheme()) && "/v2/".equals(uri.getPath())
                ? "; where only clients with a certificate are let in, --registry-client-cert=%s=CERTIFICATE,KEY shows it one"
                        .formatted(host(uri))
                : "";
    }

    private static String tlsWords(IOException cause, String host) {
        String text = words(cause);
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("plaintext") || lower.contains("unrecognized ssl message")) {
            return "it speaks plain HTTP, not TLS; --insecure-registry allows that";
        }
        if (lower.contains("unable to find valid certification path") || lower.contains("self")) {
            return "nobody we trust signed its certificate (%s); --registry-certificate or SSL_CERT_FILE names its CA"
                    .formatted(text);
        }
        if (lower.contains("no subject alternative") || lower.contains("no name matching")) {
            return "its certificate is for another host (%s)".formatted(text);
        }
        if (lower.contains("certificate_required") || lower.contains("bad_certificate")) {
            return "it lets in nobody whose certificate it doesn't know (%s); --registry-client-cert=%s=CERTIFICATE,KEY shows it one"
                    .formatted(text, host);
        }
        return "no secure connection (%s); --registry-certificate names a CA, --registry-client-cert a certificate to show"
                .formatted(text);
    }

    static Kind kind(IOException cause) {
        for (Throwable e = cause; e != null; e = e.getCause()) {
            if (e instanceof UnknownHostException) {
                return Kind.DNS;
            }
            if (e instanceof SSLException && (e instanceof SSLHandshakeException || !isBrokenConnection(e))) {
                return Kind.TLS;
            }
        }
        if (cause instanceof ConnectException
                || cause instanceof NoRouteToHostException
                || cause instanceof SocketTimeoutException) {
            return Kind.UNREACHABLE;
        }
        return Kind.PROTOCOL;
    }

    /** Whether TLS is spoken, but one side has no reason to believe the other, which an alert of the server's tells. */
    static boolean isDistrust(Throwable cause) {
        for (Throwable e = cause; e != null; e = e.getCause()) {
            boolean alerted =
                    e instanceof SSLException && String.valueOf(e.getMessage()).contains("fatal alert");
            if (alerted || e instanceof CertificateException || e instanceof SSLPeerUnverifiedException) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBrokenConnection(Throwable e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("reset")
                || text.contains("broken pipe")
                || text.contains("closed")
                || text.contains("eof");
    }

    private static String words(IOException e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName().replaceFirst("Exception$", "")
                : e.getMessage().lines().findFirst().orElse("");
    }

    /** An answer that the protocol doesn't know. */
    static RegistryException protocol(String operation, URI uri, String what) {
        return new RegistryException(
                Kind.PROTOCOL, "%s: %s %s".formatted(operation, shown(uri), what), shown(uri), 0, List.of(), null);
    }

    /** A layer's URL in a manifest that leads nowhere. */
    static RegistryException notAPlace(String operation, String url) {
        return new RegistryException(
                Kind.PROTOCOL,
                "%s: its manifest says that it is at \"%s\", which is no http URL".formatted(operation, shown(url)),
                shown(url),
                0,
                List.of(),
                null);
    }

    /** Bytes that aren't the ones that were asked for. */
    static RegistryException corrupt(String operation, URI uri, String expected, String got) {
        return new RegistryException(
                Kind.CORRUPT,
                "%s: %s sent %s where %s was expected; the registry, a mirror or a proxy in between damages it"
                        .formatted(operation, shown(uri), got, expected),
                shown(uri),
                0,
                List.of(),
                null);
    }

    /** What each of several places said; where there was one, that itself. */
    static RegistryException everywhere(String operation, List<RegistryException> failures) {
        RegistryException last = failures.getLast();
        if (failures.size() == 1) {
            return last;
        }
        RegistryException all = new RegistryException(
                last.kind(),
                failures.stream()
                        .map(RegistryException::getMessage)
                        .collect(Collectors.joining(
                                "\n  ", operation + ": none of %d places has it:\n  ".formatted(failures.size()), "")),
                last.url(),
                last.status().orElse(0),
                last.codes(),
                last);
        failures.stream().filter(failure -> failure != last).forEach(all::addSuppressed);
        return all;
    }

    /** A URL for messages: user information and query may hold secrets. */
    static String shown(URI uri) {
        return uri.getScheme() + "://" + host(uri)
                + Optional.ofNullable(uri.getRawPath()).orElse("");
    }

    /** The same of a text that may be no URL at all. */
    private static String shown(String url) {
        return url.replaceFirst("(?s)[?#].*", "").replaceFirst("^([^/]*//)?[^/]*@", "$1");
    }

    private static String host(URI uri) {
        String authority = Optional.ofNullable(uri.getRawAuthority()).orElse("");
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    private static List<Complaint> complaints(HttpAnswer answer) {
        byte[] body;
        try {
            body = answer.read(LARGEST_ERROR_BYTES);
        } catch (IOException e) {
            return List.of(); // the status says enough
        }
        List<Complaint> complaints = new ArrayList<>();
        try {
            JsonNode root = MAPPER.readTree(body);
            for (JsonNode error : root.path("errors")) {
                complaints.add(new Complaint(error.path("code").asText(""), detailed(error)));
            }
            for (String field : List.of("message", "details", "error_description", "error")) {
                if (complaints.isEmpty() && root.path(field).isTextual()) {
                    complaints.add(new Complaint("", shortened(root.path(field).asText())));
                }
            }
        } catch (JsonProcessingException e) {
            return List.of(); // a proxy's page in HTML: the status says enough
        } catch (IOException e) {
            return List.of();
        }
        return complaints;
    }

    private static String detailed(JsonNode error) {
        String message = error.path("message").asText("");
        JsonNode given = error.path("detail");
        JsonNode detail = given.path("description").isTextual() ? given.path("description") : given; // Artifactory's
        return shortened(
                detail.isTextual() && !detail.asText().equals(message) ? message + ": " + detail.asText() : message);
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() > LONGEST_MESSAGE ? line.substring(0, LONGEST_MESSAGE) + "…" : line;
    }
}
