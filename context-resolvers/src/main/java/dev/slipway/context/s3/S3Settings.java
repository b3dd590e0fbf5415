package dev.slipway.context.s3;

import dev.slipway.context.ContextException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where S3 is, as the environment says (contexts.md).
 *
 * @param endpoint of another store than AWS's own: {@code S3_ENDPOINT}, {@code AWS_ENDPOINT_URL_S3} or
 *     {@code AWS_ENDPOINT_URL}
 * @param region {@code AWS_REGION}, {@code AWS_DEFAULT_REGION} or the profile's; stores other than AWS's don't mind
 *     which, and AWS redirects to the bucket's own
 * @param pathStyle whether the bucket stands in the path and not before the host
 */
record S3Settings(Optional<URI> endpoint, Optional<URI> tokenService, String region, boolean pathStyle) {
    private static final String ANY_REGION = "us-east-1";
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.%]+]");

    static S3Settings of(Map<String, String> environment) throws ContextException {
        Optional<URI> endpoint = endpoint(environment, "S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
        boolean asked = Boolean.parseBoolean(environment.getOrDefault("S3_FORCE_PATH_STYLE", "false"));
        return new S3Settings(
                endpoint,
                endpoint(environment, "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"),
                first(environment, "AWS_REGION", "AWS_DEFAULT_REGION")
                        .or(() -> S3Profile.of(environment).region())
                        .orElse(ANY_REGION),
                asked || endpoint.filter(S3Settings::hasNoRoomForBuckets).isPresent());
    }

    /** No name {@code bucket.HOST} leads to an address, nor to a name within a cluster or a Compose network. */
    private static boolean hasNoRoomForBuckets(URI endpoint) {
        String host = endpoint.getHost();
        return IP_ADDRESS.matcher(host).matches() || host.indexOf('.') < 0;
    }

    private static Optional<URI> endpoint(Map<String, String> environment, String... names) throws ContextException {
        for (String name : names) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return Optional.of(endpoint(name, value));
            }
        }
        return Optional.empty();
    }

    private static URI endpoint(String name, String value) throws ContextException {
        try {
            URI uri = new URI(value);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new ContextException("%s: not a URL (%s)".formatted(name, e.getReason()), e);
        }
        throw new ContextException("%s=%s: write a URL such as https://minio.example:9000"
                .formatted(name, value.replaceAll("//.*@", "//")));
    }

    /** The first of some variables that is set to anything. */
    static Optional<String> first(Map<String, String> environment, String... names) {
        for (String name : names) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }
}
