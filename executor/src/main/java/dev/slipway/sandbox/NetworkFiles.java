package dev.slipway.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The files that tell a command the names of the network: resolv.conf(5) and hosts(5). */
final class NetworkFiles {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private NetworkFiles() {}

    /** The executor's own: a command looks names up as its pod does. */
    static byte[] resolvConf() throws IOException {
        return Files.exists(RESOLV_CONF) ? Files.readAllBytes(RESOLV_CONF) : new byte[0];
    }

    static byte[] hosts(String hostname, Map<String, String> added) {
        StringBuilder text = new StringBuilder();
        text.append("127.0.0.1\tlocalhost ").append(hostname).append('\n');
        text.append("::1\tlocalhost ip6-localhost ip6-loopback\n");
        added.forEach((name, address) ->
                text.append(address).append('\t').append(name).append('\n'));
        return text.toString().getBytes(UTF_8);
    }
}
