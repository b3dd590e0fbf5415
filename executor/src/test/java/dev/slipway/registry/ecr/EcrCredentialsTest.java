package dev.slipway.registry.ecr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.slipway.registry.Credential;
import dev.slipway.registry.RegistryOptions;
import dev.slipway.registry.Secret;
import dev.slipway.registry.TokenExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcrCredentialsTest {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private HttpServer aws;
    private volatile String answer = "";
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        aws = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        aws.createContext("/", exchange -> {
            try (exchange) {
                seen.add(exchange.getRequestHeaders().getFirst("X-Amz-Target") + " "
                        + exchange.getRequestHeaders().getFirst("Authorization"));
                exchange.getRequestBody().readAllBytes();
                byte[] body = answer.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        aws.start();
    }

    @AfterEach
    void stop() {
        aws.stop(0);
    }

    private EcrCredentials credentials() throws IOException {
        String url = "http://127.0.0.1:" + aws.getAddress().getPort();
        return new EcrCredentials(
                Map.of("AWS_ENDPOINT_URL_ECR", url, "AWS_ENDPOINT_URL_ECR_PUBLIC", url + "/"),
                new TokenExchange(RegistryOptions.builder().attempts(1).build()),
                EcrCredentialsTest::signed);
    }

    /** The real signer, with an identity that needs no machine of Amazon's. */
    private static Optional<AwsIdentity.Signed> signed(URI uri, String target, String body, EcrHost host) {
        return Optional.of(AwsIdentity.sign(
                uri,
                target,
                body,
                host,
                software.amazon.awssdk.auth.credentials.AwsBasicCredentials.create("AKIAEXAMPLE", "secret-key")));
    }

    private static String encoded(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com, eu-west-1, api.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn, cn-north-1, api.ecr.cn-north-1.amazonaws.com.cn",
        "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com, us-gov-west-1, ecr-fips.us-gov-west-1.amazonaws.com",
        "123456789012.dkr-ecr.us-east-2.on.aws, us-east-2, ecr.us-east-2.api.aws",
        "public.ecr.aws, us-east-1, api.ecr-public.us-east-1.amazonaws.com"
    })
    void readsTheRegionFromTheRegistrysName(String registry, String region, String api) {
        assertThat(EcrHost.parse(registry)).hasValueSatisfying(host -> {
            assertThat(host.region()).isEqualTo(region);
            assertThat(host.api()).isEqualTo(api);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
                "evil-public.ecr.aws",
                "public.ecr.aws.evil.example",
                "123456789012.dkr.ecr.eu-west-1.evilamazonaws.com",
                "amazonaws.com",
                "localhost:5000"
            })
    void isNotAskedForHostsThatAreNotAmazons(String registry) throws IOException {
        assertThat(credentials().serves(registry)).isFalse();
    }

    @Test
    void turnsASignedRequestIntoAPassword() throws IOException {
        answer = "{\"authorizationData\":[{\"authorizationToken\":\"%s\"}]}".formatted(encoded("AWS:p1"));
        Optional<Credential.Found> found = credentials().find("123456789012.dkr.ecr.eu-central-1.amazonaws.com");
        assertThat(found.map(Credential.Found::credential)).contains(new Credential.Password("AWS", new Secret("p1")));
        assertThat(seen)
                .singleElement()
                .asString()
                .startsWith(
                        "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
                .contains("/eu-central-1/ecr/aws4_request")
                .doesNotContain("secret-key");
    }

    @Test
    void asksThePublicRegistryInItsOwnWay() throws IOException {
        answer = "{\"authorizationData\":{\"authorizationToken\":\"%s\"}}".formatted(encoded("AWS:p2"));
        assertThat(credentials().find("public.ecr.aws").map(Credential.Found::credential))
                .contains(new Credential.Password("AWS", new Secret("p2")));
        assertThat(seen)
                .singleElement()
                .asString()
                .contains("SpencerFrontendService")
                .contains("/us-east-1/ecr-public/");
    }

    @Test
    void saysWhatAwsSays() {
        status = 400;
        answer = "{\"__type\":\"UnrecognizedClientException\",\"message\":\"The security token is invalid\"}";
        assertThatThrownBy(() -> credentials().find("123456789012.dkr.ecr.eu-west-1.amazonaws.com"))
                .hasMessageContaining("get a password for 123456789012.dkr.ecr.eu-west-1.amazonaws.com from AWS")
                .hasMessageContaining("The security token is invalid");
    }
}
