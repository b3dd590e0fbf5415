package dev.slipway.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** A server that answers as a test says, to show quirks and faults that no well-behaved registry has. */
final class ScriptedRegistry implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Rule> rules = Collections.synchronizedList(new ArrayList<>());
    private final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());

    /** A request as it arrived. */
    record Seen(String method, String target, Map<String, String> headers, byte[] body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(java.util.Locale.ROOT)));
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
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
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
                    .orElse(new Rule(Pattern.compile(""), any -> answer(any, request -> Reply.of(404)), false));
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
                .forEach((name, values) ->
                        headers.put(name.toLowerCase(java.util.Locale.ROOT), String.join(", ", values)));
        Seen request =
                new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
        seen.add(request);
        return request;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
