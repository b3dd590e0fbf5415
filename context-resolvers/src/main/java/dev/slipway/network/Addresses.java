package dev.slipway.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/** IP addresses as they stand in hosts and {@code NO_PROXY}; names are never looked up here. */
public final class Addresses {
    private static final List<Block> PRIVATE = List.of(
            block("10.0.0.0/8").orElseThrow(),
            block("172.16.0.0/12").orElseThrow(),
            block("192.168.0.0/16").orElseThrow());

    private Addresses() {}

    /** A block of addresses; one address is a block, too. */
    record Block(byte[] network, int prefixBits) {

        boolean contains(String host) {
            return literal(host)
                    .map(InetAddress::getAddress)
                    .filter(this::contains)
                    .isPresent();
        }

        private boolean contains(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            for (int bit = 0; bit < prefixBits; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    static Optional<Block> block(String text) {
        int slash = text.indexOf('/');
        Optional<byte[]> network =
                literal(slash < 0 ? text : text.substring(0, slash)).map(InetAddress::getAddress);
        if (network.isEmpty()) {
            return Optional.empty();
        }
        int bits = network.get().length * 8;
        if (slash < 0) {
            return Optional.of(new Block(network.get(), bits));
        }
        String prefix = text.substring(slash + 1);
        return prefix.matches("[0-9]{1,3}") && Integer.parseInt(prefix) <= bits
                ? Optional.of(new Block(network.get(), Integer.parseInt(prefix)))
                : Optional.empty();
    }

    /** Whether a host is this machine, by its name or address. */
    public static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || literal(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    /** Whether a host is on this machine's own link, as the metadata servers of clouds are. */
    static boolean isLinkLocal(String host) {
        return literal(host).filter(InetAddress::isLinkLocalAddress).isPresent();
    }

    /** Whether a host is in a private IPv4 network (RFC 1918). */
    public static boolean isPrivate(String host) {
        return PRIVATE.stream().anyMatch(block -> block.contains(host));
    }

    private static Optional<InetAddress> literal(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (!bare.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
                && !(bare.indexOf(':') >= 0 && bare.matches("[0-9a-fA-F:.]+"))) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.getByName(bare);
            return address instanceof Inet4Address || bare.indexOf(':') >= 0 ? Optional.of(address) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
