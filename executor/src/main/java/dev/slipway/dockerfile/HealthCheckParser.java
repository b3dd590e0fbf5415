package dev.slipway.dockerfile;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads HEALTHCHECK: NONE, or flags, CMD and a command. */
final class HealthCheckParser {
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final SyntaxNode node;

    HealthCheckParser(SyntaxNode node) {
        this.node = node;
    }

    HealthCheckInstruction healthCheck() throws DockerfileException {
        String rest = node.arguments();
        int end = 0;
        while (end < rest.length() && !Blanks.isSpace(rest.charAt(end))) {
            end++;
        }
        String kind = rest.substring(0, end);
        int commandAt = Blanks.leading(rest, end);
        String command = rest.substring(commandAt);
        if (kind.isEmpty()) {
            throw node.refuseArguments(
                    "HEALTHCHECK says neither CMD nor NONE", "Expected HEALTHCHECK CMD command, or HEALTHCHECK NONE.");
        }
        if (kind.equalsIgnoreCase("NONE")) {
            if (!command.isEmpty()) {
                throw node.refuseWord(
                        command, "HEALTHCHECK NONE takes nothing after it", "Expected HEALTHCHECK NONE alone.");
            }
            return new HealthCheckInstruction(
                    node.source(), Optional.empty(), Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);
        }
        return check(kind, command, node.argumentsAt() + commandAt);
    }

    private HealthCheckInstruction check(String kind, String command, int commandAt) throws DockerfileException {
        SyntaxNode inner = new SyntaxNode(node.source(), List.of(), command, commandAt, List.of());
        Optional<JsonArray.Elements> json = InstructionParser.json(inner);
        Flags flags = new Flags(node)
                .strings("interval", "timeout", "start-period", "start-interval", "retries")
                .read();
        if (!kind.toUpperCase(Locale.ROOT).equals("CMD")) {
            throw node.refuseWord(
                    kind,
                    "HEALTHCHECK kind " + Quotes.quote(kind) + " is neither CMD nor NONE"
                            + Spelling.hint(kind, List.of("CMD", "NONE")),
                    kind.startsWith("\"") || kind.startsWith("'")
                            ? "A word that begins with a quote is no flag; expected --interval=30s and then CMD."
                            : "Expected HEALTHCHECK CMD command, or HEALTHCHECK NONE.");
        }
        if (json.isPresent() ? json.get().strings().isEmpty() : command.isEmpty()) {
            throw node.refuseArguments("HEALTHCHECK CMD has no command", "Expected HEALTHCHECK CMD command.");
        }
        return new HealthCheckInstruction(
                node.source(),
                Optional.of(InstructionParser.commandLine(node, json, command)),
                duration(flags, "interval"),
                duration(flags, "timeout"),
                duration(flags, "start-period"),
                duration(flags, "start-interval"),
                retries(flags));
    }

    private static Duration duration(Flags flags, String name) throws DockerfileException {
        String text = flags.string(name).orElse("");
        if (text.isEmpty()) {
            return Duration.ZERO;
        }
        Duration duration = GoDuration.parse(text)
                .orElseThrow(() -> flags.refuse(
                        name,
                        "HEALTHCHECK --" + name + "=" + text + " is no duration",
                        text.matches("[0-9.]+")
                                ? "It lacks a unit: " + text + "s?"
                                : "Expected numbers with units: 30s, 1m30s, 500ms."));
        if (!duration.isZero() && duration.compareTo(SHORTEST) < 0) {
            throw flags.refuse(
                    name,
                    "HEALTHCHECK --" + name + "=" + text + " is shorter than 1ms",
                    "Expected at least 1ms, or 0 for the default.");
        }
        return duration;
    }

    private static int retries(Flags flags) throws DockerfileException {
        String text = flags.string("retries").orElse("");
        if (text.isEmpty()) {
            return 0;
        }
        try {
            int retries = Integer.parseInt(text);
            if (retries >= 0) {
                return retries;
            }
        } catch (NumberFormatException notANumber) {
            throw badRetries(flags, text);
        }
        throw badRetries(flags, text);
    }

    private static DockerfileException badRetries(Flags flags, String text) {
        return flags.refuse(
                "retries",
                "HEALTHCHECK --retries=" + text + " is no number of retries",
                "Expected a whole number from 0 on.");
    }
}
