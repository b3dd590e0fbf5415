package dev.slipway.context.s3;

import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.BucketName;
import dev.slipway.context.bucket.ObjectStore;
import dev.slipway.network.NetworkSettings;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Opens S3 buckets as the environment says. */
public final class S3Store implements ObjectStore {

    @Override
    public List<String> forms() {
        return List.of("s3://bucket/key");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return uri.scheme().equals("s3");
    }

    @Override
    public Location open(ContextUri uri, Map<String, String> environment, NetworkSettings network)
            throws ContextException {
        BucketName name = BucketName.of(uri);
        S3Settings settings = S3Settings.of(environment);
        SdkHttpClient http = UrlConnectionHttpClient.create(new S3Connections(network)::open);
        S3Credentials credentials = new S3Credentials(environment, settings, http);
        return new Location(new S3Bucket(name.bucket(), client(settings, credentials, http), credentials), name.key());
    }

    private static S3Client client(S3Settings settings, S3Credentials credentials, SdkHttpClient http) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(http)
                .credentialsProvider(credentials)
                .region(Region.of(settings.region()))
                .forcePathStyle(settings.pathStyle())
                // A bucket of AWS says itself where it is; elsewhere there is one region.
                .crossRegionAccessEnabled(settings.endpoint().isEmpty())
                // Stores other than AWS's refuse the trailing checksums that the SDK adds of its own accord.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(configuration -> configuration
                        .defaultProfileFile(ProfileFile.aggregator().build())
                        .defaultProfileName("default")
                        .retryStrategy(AwsRetryStrategy.doNotRetry()));
        settings.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }
}
