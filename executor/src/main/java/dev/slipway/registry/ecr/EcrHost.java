package dev.slipway.registry.ecr;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of an ECR registry says (Amazon ECR user guide, "Private registries" and "Public registries"): the
 * region that its tokens come from, and the partition.
 *
 * @param api the host of the API that gives tokens
 * @param region the region that a request to it is signed for, which need not be the one that we run in
 */
record EcrHost(String api, String region, boolean isPublic) {
    private static final Pattern PRIVATE = Pattern.compile("[0-9]{12}\\.dkr([.-])ecr(-fips)?\\.([a-z0-9-]+)\\."
            + "(amazonaws\\.com|amazonaws\\.com\\.cn|amazonaws\\.eu|on\\.aws|on\\.amazonwebservices\\.com\\.cn"
            + "|sc2s\\.sgov\\.gov|c2s\\.ic\\.gov|csp\\.hci\\.ic\\.gov|cloud\\.adc-e\\.uk)");
    private static final String PUBLIC = "public.ecr.aws";

    /** Amazon's public registry gives its tokens in one region only. */
    private static final String PUBLIC_REGION = "us-east-1";

    static Optional<EcrHost> parse(String registry) {
        if (registry.equals(PUBLIC)) {
            return Optional.of(new EcrHost("api.ecr-public.us-east-1.amazonaws.com", PUBLIC_REGION, true));
        }
        Matcher matcher = PRIVATE.matcher(registry);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        boolean fips = matcher.group(2) != null;
        String region = matcher.group(3);
        String suffix = matcher.group(4);
        String api = switch (suffix) {
            case "on.aws" -> "ecr%s.%s.api.aws".formatted(fips ? "-fips" : "", region);
            case "on.amazonwebservices.com.cn" -> "ecr.%s.api.amazonwebservices.com.cn".formatted(region);
            default -> (fips ? "ecr-fips.%s.%s" : "api.ecr.%s.%s").formatted(region, suffix);
        };
        return Optional.of(new EcrHost(api, region, false));
    }
}
