package dev.slipway.registry.ecr;

import dev.slipway.network.NetworkSettings;
import dev.slipway.registry.MetadataServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;

/** The only class here that needs the AWS SDK: who we are to AWS, and a request signed by it. */
final class AwsIdentity {
    private static final String SIX = "http://[fd00:ec2::254]";
    private static final List<String> NAMES = List.of(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_ACCESS_KEY_ID",
            "AWS_PROFILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");

    private final Map<String, String> environment;
    private final NetworkSettings network;

    AwsIdentity(Map<String, String> environment, NetworkSettings network) {
        this.environment = environment;
        this.network = network;
    }

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
     * Signs as the SDK's default chain would, in its order; but the machine's own role is asked for only where a metadata
     * server answers. None where nothing on this machine says who we are.
     */
    Optional<Signed> sign(URI uri, String target, String body, EcrHost host) throws IOException {
        try {
            Optional<String> tokenFile = variable("AWS_WEB_IDENTITY_TOKEN_FILE");
            Optional<String> role = variable("AWS_ROLE_ARN");
            boolean hasKey = variable("AWS_ACCESS_KEY_ID").isPresent()
                    && variable("AWS_SECRET_ACCESS_KEY").isPresent();
            if (!hasKey && tokenFile.isPresent() && role.isPresent()) {
                return Optional.of(sign(uri, target, body, host, assumed(Path.of(tokenFile.get()), role.get(), host)));
            }
            try (AwsCredentialsProviderChain chain = AwsCredentialsProviderChain.of(
                    EnvironmentVariableCredentialsProvider.create(),
                    ProfileCredentialsProvider.create(),
                    ContainerCredentialsProvider.create())) {
                return Optional.of(sign(uri, target, body, host, chain.resolveCredentials()));
            }
        } catch (SdkClientException e) {
            boolean nobody =
                    String.valueOf(e.getMessage()).startsWith("Unable to load credentials from any of the providers");
            // Whoever names an identity doesn't want to be the machine instead, but to hear why it can't be had.
            if (nobody && NAMES.stream().allMatch(name -> variable(name).isEmpty())) {
                return hasMetadataServer() ? signAsTheMachine(uri, target, body, host) : Optional.empty();
            }
            throw new IOException("AWS: " + firstLine(e), e);
        } catch (SdkException | UncheckedIOException e) {
            throw new IOException("AWS: " + firstLine(e), e);
        }
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
    }

    /**
     * What a pod's web identity is exchanged for. Asked for by name: the SDK's own chain finds the service by reflection,
     * which the native executable doesn't have.
     */
    private AwsCredentials assumed(Path tokenFile, String role, EcrHost host) throws IOException {
        TrustManager[] trusted = network.trust().trustManagers();
        Region region = Region.of(
                variable("AWS_REGION").or(() -> variable("AWS_DEFAULT_REGION")).orElse(host.region()));
        StsClientBuilder builder = StsClient.builder()
                .region(region)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .overrideConfiguration(configuration -> configuration
                        .defaultProfileFile(ProfileFile.aggregator().build())
                        .defaultProfileName("default")
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy()));
        variable("AWS_ENDPOINT_URL_STS")
                .or(() -> variable("AWS_ENDPOINT_URL"))
                .ifPresent(url -> builder.endpointOverride(URI.create(url)));
        try (SdkHttpClient http = UrlConnectionHttpClient.builder()
                        .tlsTrustManagersProvider(() -> trusted)
                        .build();
                StsClient service = builder.httpClient(http).build();
                StsWebIdentityTokenFileCredentialsProvider provider =
                        StsWebIdentityTokenFileCredentialsProvider.builder()
                                .stsClient(service)
                                .roleArn(role)
                                .roleSessionName(
                                        variable("AWS_ROLE_SESSION_NAME").orElse("slipway"))
                                .webIdentityTokenFile(tokenFile)
                                .build()) {
            return provider.resolveCredentials();
        }
    }

    /** The server may be another cloud's, or the machine without a role: what is public is read without a login then. */
    private static Optional<Signed> signAsTheMachine(URI uri, String target, String body, EcrHost host)
            throws IOException {
        try (InstanceProfileCredentialsProvider role = InstanceProfileCredentialsProvider.create()) {
            return Optional.of(sign(uri, target, body, host, role.resolveCredentials()));
        } catch (SdkException e) {
            if (host.isPublic()) {
                return Optional.empty();
            }
            throw new IOException("AWS: " + firstLine(e), e);
        }
    }

    private boolean hasMetadataServer() throws IOException {
        if (variable("AWS_EC2_METADATA_DISABLED").map(Boolean::parseBoolean).orElse(false)) {
            return false;
        }
        boolean six = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
                .filter("IPv6"::equalsIgnoreCase)
                .isPresent();
        return new MetadataServer()
                .answers(variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").orElse(six ? SIX : MetadataServer.USUAL));
    }

    /** Without the chain's own description, which is longer than what went wrong. */
    private static String firstLine(RuntimeException e) {
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
