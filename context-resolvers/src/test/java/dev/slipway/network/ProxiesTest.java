package dev.slipway.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "example.com          | example.com      | 443 | true",
                "example.com          | a.example.com    | 443 | true",
                "example.com          | notexample.com   | 443 | false",
                ".example.com         | example.com      | 443 | false",
                ".example.com         | a.example.com    | 443 | true",
                "*.example.com        | a.example.com    | 443 | true",
                "example.com:5000     | example.com      | 443 | false",
                "example.com:5000     | example.com      | 5000 | true",
                "*                    | anything         | 443 | true",
                "10.0.0.0/8           | 10.1.2.3         | 443 | true",
                "10.0.0.0/8           | 11.1.2.3         | 443 | false",
                "192.168.7.0/25       | 192.168.7.128    | 443 | false",
                "fd00::/8             | fd12::1          | 443 | true",
                "fd12::1              | fd12::1          | 443 | true",
                "a.test, b.test       | b.test           | 443 | true",
                "Example.COM          | example.com      | 443 | true",
                "''                   | localhost        | 443 | true",
                "''                   | 127.0.0.5        | 443 | true",
                "''                   | 169.254.169.254  | 80 | true",
                "''                   | metadata.google.internal | 80 | true",
                "''                   | example.com      | 443 | false"
            })
    void leavesOutWhatNoProxyNames(String noProxy, String host, int port, boolean direct) {
        Proxies proxies = Proxies.of(Map.of("HTTPS_PROXY", "http://proxy.test:3128", "no_proxy", noProxy));
        assertThat(proxies.to(true, host, port).isEmpty()).isEqualTo(direct);
    }

    @Test
    void takesEachSchemesOwnProxyInBothCases() {
        Proxies proxies = Proxies.of(Map.of("http_proxy", "plain.test", "HTTPS_PROXY", "https://u:p@secure.test"));
        assertThat(proxies.to(false, "example.com", 80)).hasValueSatisfying(proxy -> {
            assertThat(proxy.host()).isEqualTo("plain.test");
            assertThat(proxy.port()).isEqualTo(80);
        });
        assertThat(proxies.to(true, "example.com", 443)).hasValueSatisfying(proxy -> {
            assertThat(proxy.secure()).isTrue();
            assertThat(proxy.port()).isEqualTo(443);
            assertThat(proxy.login()).isPresent();
        });
    }

    @Test
    void namesTheVariableThatIsNoUrlAndNotItsSecrets() {
        assertThatThrownBy(() -> Proxies.of(Map.of("HTTP_PROXY", "ftp://u:hunter2@proxy")))
                .hasMessageStartingWith("HTTP_PROXY is not a URL")
                .hasMessageNotContaining("hunter2");
    }
}
