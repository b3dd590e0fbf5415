package dev.slipway.registry.ecr;

import dev.slipway.registry.MetadataServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/** The only class here that needs the AWS SDK: who we are to AWS, and a request signed by it. */
final class AwsIdentity {
    private static final String SIX = "http://[fd00:ec2::254]";

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

    /**
     * Signs as the SDK's default chain would, in its order; but the machine's own role is asked for only where a machine of
     * Amazon's answers. None where nothing on this machine says who we are.
     */
    static Optional<Signed> sign(URI uri, String target, String body, EcrHost host) throws IOException {
        try (AwsCredentialsProviderChain chain = AwsCredentialsProviderChain.of(
                EnvironmentVariableCredentialsProvider.create(),
                WebIdentityTokenFileCredentialsProvider.create(),
                ProfileCredentialsProvider.create(),
                ContainerCredentialsProvider.create())) {
            return Optional.of(sign(uri, target, body, host, chain.resolveCredentials()));
        } catch (SdkClientException e) {
            boolean nobody =
                    String.valueOf(e.getMessage()).startsWith("Unable to load credentials from any of the providers");
            // Whoever names an identity doesn't want to be the machine instead, but to hear why it can't be had.
            if (nobody && !namesAnIdentity()) {
                return hasInstanceRole() ? Optional.of(signAsTheMachine(uri, target, body, host)) : Optional.empty();
            }
            throw new IOException("AWS: " + firstLine(e), e);
        } catch (SdkException e) {
            throw new IOException("AWS: " + firstLine(e), e);
        }
    }

    private static Signed signAsTheMachine(URI uri, String target, String body, EcrHost host) throws IOException {
        try (InstanceProfileCredentialsProvider role = InstanceProfileCredentialsProvider.create()) {
            return sign(uri, target, body, host, role.resolveCredentials());
        } catch (SdkException e) {
            throw new IOException("AWS: " + firstLine(e), e);
        }
    }

    private static boolean hasInstanceRole() {
        if (Boolean.parseBoolean(System.getenv("AWS_EC2_METADATA_DISABLED"))) {
            return false;
        }
        String given = System.getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        boolean six = "IPv6".equalsIgnoreCase(System.getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"));
        return new MetadataServer()
                .answers(given != null && !given.isBlank() ? given : six ? SIX : MetadataServer.USUAL);
    }

    /** Whoever has set one of these wants an identity, and must hear why there is none. */
    private static boolean namesAnIdentity() {
        return System.getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != null
                || System.getenv("AWS_ACCESS_KEY_ID") != null
                || System.getenv("AWS_PROFILE") != null
                || System.getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != null
                || System.getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != null;
    }

    /** Without the chain's own description, which is longer than what went wrong. */
    private static String firstLine(SdkException e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return line.replaceFirst(
                "^(Unable to load credentials) from any of the providers in the chain .*?\\]\\) : ", "$1: ");
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
