package dev.slipway.context.s3;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * AWS's default credential chain: environment, web identity, profile, container, instance; and at its end nothing at all,
 * as public buckets need none. Put together by hand, since the SDK's own finds its parts by reflection, and reads the
 * environment of the process where a test passes another.
 *
 * <p>The first kind that is configured is used. If it fails, that is the error: going on with the next would hide a
 * mistake behind another one's message.
 */
final class S3Credentials implements AwsCredentialsProvider, AutoCloseable {

    private final Map<String, String> environment;
    private final S3Settings settings;
    private final SdkHttpClient http;
    private final List<SdkAutoCloseable> opened = new ArrayList<>();
    private @Nullable AwsCredentialsProvider chosen;
    private String kind = "";

    S3Credentials(Map<String, String> environment, S3Settings settings, SdkHttpClient http) {
        this.environment = environment;
        this.settings = settings;
        this.http = http;
    }

    /** Which kind is in use, in the words of a message. */
    synchronized String kind() {
        return kind;
    }

    @Override
    public synchronized AwsCredentials resolveCredentials() {
        AwsCredentialsProvider provider = chosen;
        if (provider == null) {
            provider = choose();
            chosen = provider;
        }
        return provider.resolveCredentials();
    }

    private AwsCredentialsProvider choose() {
        Optional<String> key = value("AWS_ACCESS_KEY_ID");
        Optional<String> secret = value("AWS_SECRET_ACCESS_KEY");
        if (key.isPresent() && secret.isPresent()) {
            kind = "AWS_ACCESS_KEY_ID";
            Optional<String> token = value("AWS_SESSION_TOKEN");
            return StaticCredentialsProvider.create(
                    token.isPresent()
                            ? AwsSessionCredentials.create(key.get(), secret.get(), token.get())
                            : AwsBasicCredentials.create(key.get(), secret.get()));
        }
        Optional<String> tokenFile = value("AWS_WEB_IDENTITY_TOKEN_FILE");
        Optional<String> role = value("AWS_ROLE_ARN");
        if (tokenFile.isPresent() && role.isPresent()) {
            kind = "the web identity of AWS_WEB_IDENTITY_TOKEN_FILE";
            return webIdentity(Path.of(tokenFile.get()), role.get());
        }
        S3Profile profile = S3Profile.of(environment);
        if (profile.isThere()) {
            kind = "the profile \"" + profile.name() + '"';
            return closed(ProfileCredentialsProvider.builder()
                    .profileFile(profile.files())
                    .profileName(profile.name())
                    .build());
        }
        if (value("AWS_CONTAINER_CREDENTIALS_FULL_URI").isPresent()
                || value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").isPresent()) {
            kind = "the container's credentials";
            return closed(ContainerCredentialsProvider.builder().build());
        }
        return instanceOrNone();
    }

    private AwsCredentialsProvider webIdentity(Path tokenFile, String role) {
        StsClientBuilder builder = StsClient.builder()
                .httpClient(http)
                .region(Region.of(settings.region()))
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .overrideConfiguration(configuration -> configuration
                        .defaultProfileFile(ProfileFile.aggregator().build())
                        .defaultProfileName("default")
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy()));
        settings.tokenService().ifPresent(builder::endpointOverride);
        StsClient service = builder.build();
        opened.add(service);
        return closed(StsWebIdentityTokenFileCredentialsProvider.builder()
                .stsClient(service)
                .roleArn(role)
                .roleSessionName(value("AWS_ROLE_SESSION_NAME").orElse("slipway"))
                .webIdentityTokenFile(tokenFile)
                .build());
    }

    private AwsCredentialsProvider instanceOrNone() {
        if (!Boolean.parseBoolean(value("AWS_EC2_METADATA_DISABLED").orElse("false"))) {
            AwsCredentialsProvider instance =
                    closed(InstanceProfileCredentialsProvider.builder().build());
            try {
                instance.resolveCredentials();
                kind = "the instance's role";
                return instance;
            } catch (SdkClientException | UncheckedIOException e) {
                // Not on an EC2 instance, which is no error: the bucket may be public.
                kind = "";
            }
        }
        return AnonymousCredentialsProvider.create();
    }

    private <T extends AwsCredentialsProvider & SdkAutoCloseable> T closed(T provider) {
        opened.add(provider);
        return provider;
    }

    private Optional<String> value(String name) {
        return S3Settings.first(environment, name);
    }

    @Override
    public synchronized void close() {
        opened.reversed().forEach(SdkAutoCloseable::close);
        opened.clear();
    }
}
