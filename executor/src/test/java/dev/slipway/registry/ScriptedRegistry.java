package dev.slipway.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.slipway.fixture.registry.DockerRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * A server that answers as a test says, to show quirks and faults that no well-behaved registry has. It may stand in
 * front of a registry, which answers what no rule does.
 */
final class ScriptedRegistry implements AutoCloseable {
    private static final Set<String> OF_ONE_CONNECTION =
            Set.of("host", "connection", "content-length", "transfer-encoding", "upgrade");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final Script otherwise;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Rule> rules = Collections.synchronizedList(new ArrayList<>());
    private final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());

    /** A request as it arrived. */
    record Seen(String method, String target, Map<String, String> headers, byte[] body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return method + " " + target;
        }
    }

    /** What to say to a request. */
    record Reply(int status, Map<String, String> headers, byte[] body) {
        static Reply of(int status) {
            return new Reply(status, Map.of(), new byte[0]);
        }

        static Reply of(int status, String body) {
            return new Reply(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
        }

        static Reply of(int status, byte[] body) {
            return new Reply(status, Map.of(), body);
        }

        Reply with(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Reply(status, more, body);
        }
    }

    /** Decides on a reply. */
    @FunctionalInterface
    interface Script {
        Reply reply(Seen request) throws IOException;
    }

    /** Handles the exchange itself, for what a reply can't express. */
    @FunctionalInterface
    interface RawScript {
        void handle(HttpExchange exchange) throws IOException;
    }

    private record Rule(Pattern request, RawScript script, boolean once) {}

    ScriptedRegistry() throws IOException {
        otherwise = request -> Reply.of(404);
        start();
    }

    private ScriptedRegistry(String behind) throws IOException {
        otherwise = request -> pass(behind, request);
        start();
    }

    /** One that stands in front of another, and passes on what no rule is for. */
    static ScriptedRegistry before(DockerRegistry registry) throws IOException {
        return new ScriptedRegistry(registry.url());
    }

    private void start() {
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    String url() {
        return "http://" + host();
    }

    /** Requests that look like {@code regex} ("METHOD /path?query") are answered so, the first rule that fits. */
    ScriptedRegistry on(String regex, Script script) {
        rules.add(new Rule(Pattern.compile(regex), exchange -> answer(exchange, script), false));
        return this;
    }

    /** As {@link #on}, for one request only. */
    ScriptedRegistry once(String regex, Script script) {
        rules.add(new Rule(Pattern.compile(regex), exchange -> answer(exchange, script), true));
        return this;
    }

    ScriptedRegistry onceRaw(String regex, RawScript script) {
        rules.add(new Rule(Pattern.compile(regex), script, true));
        return this;
    }

    /** What the registry behind says. */
    Reply pass(Seen request) throws IOException {
        return otherwise.reply(request);
    }

    private Reply pass(String behind, Seen request) throws IOException {
        HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create(behind + request.target()))
                .header("X-Forwarded-Host", host())
                .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
        request.headers().forEach((name, value) -> {
            if (!OF_ONE_CONNECTION.contains(name)) {
                asked.header(name, value);
            }
        });
        try {
            HttpResponse<byte[]> answer = client.send(asked.build(), HttpResponse.BodyHandlers.ofByteArray());
            Map<String, String> headers = new LinkedHashMap<>();
            answer.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
            if (!request.method().equals("HEAD")) {
                headers.keySet().removeIf(name -> OF_ONE_CONNECTION.contains(name.toLowerCase(Locale.ROOT)));
            }
            return new Reply(answer.statusCode(), headers, answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    List<String> requests() {
        return seen().stream().map(Seen::toString).toList();
    }

    List<Seen> seen(String regex) {
        return seen().stream()
                .filter(request -> request.toString().matches(regex))
                .toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        Rule found;
        synchronized (rules) {
            found = rules.stream()
                    .filter(rule -> rule.request().matcher(line).matches())
                    .findFirst()
                    .orElse(new Rule(Pattern.compile(""), any -> answer(any, otherwise), false));
            if (found.once()) {
                rules.remove(found);
            }
        }
        found.script().handle(exchange);
    }

    private void answer(HttpExchange exchange, Script script) throws IOException {
        try (exchange) {
            Seen request = note(exchange, exchange.getRequestBody().readAllBytes());
            Reply reply = script.reply(request);
            reply.headers().forEach(exchange.getResponseHeaders()::add);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(reply.status(), -1);
            } else {
                exchange.sendResponseHeaders(reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
                exchange.getResponseBody().write(reply.body());
            }
        }
    }

    Seen note(HttpExchange exchange, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
        Seen request =
                new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
        seen.add(request);
        return request;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
        client.close();
    }
}
