package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One word of EXPOSE: {@code 80}, {@code 53/udp}, {@code 8000-8010/tcp}. A host part is read and dropped.
 *
 * @param protocol as written, tcp if not given
 * @param hasHostPart whether an address or a host port stood in front
 */
record PortSpec(String word, int first, int last, String protocol, boolean hasHostPart) {
    private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp");

    static PortSpec parse(InstructionSource source, String word) throws DockerfileException {
        int colon = word.lastIndexOf(':');
        String container = word.substring(colon + 1);
        String hostPart = colon < 0 ? "" : word.substring(0, colon);
        int slash = container.indexOf('/');
        String protocol = slash < 0 || slash == container.length() - 1 ? "tcp" : container.substring(slash + 1);
        String range = slash < 0 ? container : container.substring(0, slash);
        if (!PROTOCOLS.contains(protocol.toLowerCase(Locale.ROOT))) {
            throw refuse(
                    source,
                    word,
                    "EXPOSE " + Quotes.quote(word) + " has an unknown protocol " + Quotes.quote(protocol)
                            + Spelling.hint(protocol, PROTOCOLS),
                    "Expected tcp, udp or sctp behind the slash.");
        }
        int[] ports = range(source, word, range);
        checkHostPart(source, word, hostPart, ports);
        return new PortSpec(word, ports[0], ports[1], protocol, hostPart.chars().anyMatch(ch -> ch != ':'));
    }

    /** The ports as the config names them. */
    List<String> ports() {
        List<String> ports = new ArrayList<>();
        for (int port = first; port <= last; port++) {
            ports.add(port + "/" + protocol.toLowerCase(Locale.ROOT));
        }
        return ports;
    }

    private static int[] range(InstructionSource source, String word, String range) throws DockerfileException {
        int dash = range.indexOf('-');
        int first = port(source, word, dash < 0 ? range : range.substring(0, dash));
        int last = dash < 0 ? first : port(source, word, range.substring(dash + 1));
        if (first > last) {
            throw refuse(
                    source,
                    word,
                    "EXPOSE " + Quotes.quote(word) + " is a range that runs backwards",
                    "Expected " + last + "-" + first + ".");
        }
        return new int[] {first, last};
    }

    private static int port(InstructionSource source, String word, String digits) throws DockerfileException {
        if (!digits.matches("[0-9]{1,9}") || Integer.parseInt(digits) > 65535) {
            throw refuse(
                    source,
                    word,
                    "EXPOSE " + Quotes.quote(word) + " is no port",
                    word.startsWith("#")
                            ? "A comment needs a line of its own."
                            : "Expected a number from 0 to 65535 or a range of them, with /tcp, /udp or /sctp behind.");
        }
        return Integer.parseInt(digits);
    }

    private static void checkHostPart(InstructionSource source, String word, String hostPart, int[] ports)
            throws DockerfileException {
        if (hostPart.isEmpty()) {
            return;
        }
        int colon = hostPart.lastIndexOf(':');
        String address = colon < 0 ? "" : hostPart.substring(0, colon);
        String hostPort = hostPart.substring(colon + 1);
        boolean bracketed = address.startsWith("[") && address.endsWith("]");
        String bare = bracketed ? address.substring(1, address.length() - 1) : address;
        if (!bare.isEmpty() && !IpAddress.isOne(bare)) {
            throw refuse(
                    source,
                    word,
                    "EXPOSE " + Quotes.quote(word) + ": " + Quotes.quote(address) + " is no IP address",
                    "Expected the container's port only; which address it is published on is said when it runs.");
        }
        if (!hostPort.isEmpty()) {
            int[] host = range(source, word, hostPort);
            if (host[1] - host[0] != ports[1] - ports[0] && ports[0] != ports[1]) {
                throw refuse(
                        source,
                        word,
                        "EXPOSE " + Quotes.quote(word) + " has ranges of different lengths",
                        "Expected the container's ports only.");
            }
        }
    }

    private static DockerfileException refuse(
            InstructionSource source, String word, String problem, String expectation) {
        return DockerfileException.atWord(source, word, problem, expectation);
    }
}
