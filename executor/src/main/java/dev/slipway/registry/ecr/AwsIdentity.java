package dev.slipway.registry.ecr;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/** The only class here that needs the AWS SDK: who we are to AWS, and a request signed by it. */
final class AwsIdentity {

    private AwsIdentity() {}

    /**
     * A request's headers with their signature.
     *
     * @param source where the SDK found the identity, in its words
     */
    record Signed(Map<String, String> headers, String source) {
        Signed {
            headers = Map.copyOf(headers);
        }
    }

    /** None where nothing on this machine says who we are. */
    static Optional<Signed> sign(URI uri, String target, String body, EcrHost host) throws IOException {
        try (DefaultCredentialsProvider provider =
                DefaultCredentialsProvider.builder().build()) {
            return Optional.of(sign(uri, target, body, host, provider.resolveCredentials()));
        } catch (SdkClientException e) {
            if (String.valueOf(e.getMessage()).startsWith("Unable to load credentials from any of the providers")
                    && !namesAnIdentity()) {
                return Optional.empty();
            }
            throw new IOException("AWS: " + firstLine(e), e);
        } catch (SdkException e) {
            throw new IOException("AWS: " + firstLine(e), e);
        }
    }

    /** Whoever has set one of these wants an identity, and must hear why there is none. */
    private static boolean namesAnIdentity() {
        return System.getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != null
                || System.getenv("AWS_ACCESS_KEY_ID") != null
                || System.getenv("AWS_PROFILE") != null
                || System.getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != null
                || System.getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != null;
    }

    private static String firstLine(SdkException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    static Signed sign(URI uri, String target, String body, EcrHost host, AwsCredentials credentials) {
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(uri)
                .putHeader("Content-Type", "application/x-amz-json-1.1")
                .putHeader("X-Amz-Target", target)
                .build();
        SignedRequest signed = AwsV4HttpSigner.create()
                .sign(signing -> signing.identity(credentials)
                        .request(request)
                        .payload(ContentStreamProvider.fromByteArray(body.getBytes(StandardCharsets.UTF_8)))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, host.isPublic() ? "ecr-public" : "ecr")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, host.region()));
        Map<String, String> headers = new LinkedHashMap<>();
        signed.request().forEachHeader((name, values) -> {
            // The transport sets these two itself, to the same values.
            if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
                headers.put(name, String.join(",", values));
            }
        });
        return new Signed(headers, credentials.providerName().orElse("the default identity"));
    }
}
