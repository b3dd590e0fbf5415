package dev.slipway.context.s3;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileProperty;

/**
 * What the files of AWS's command line say: {@code ~/.aws/credentials} and {@code ~/.aws/config}, or those that
 * variables name.
 *
 * @param files both together
 * @param name {@code AWS_PROFILE}, or {@code default}; it need not be there
 */
record S3Profile(ProfileFile files, String name) {

    static S3Profile of(Map<String, String> environment) {
        ProfileFile.Aggregator found = ProfileFile.aggregator();
        file(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")
                .ifPresent(file -> found.addFile(ProfileFile.builder()
                        .content(file)
                        .type(ProfileFile.Type.CREDENTIALS)
                        .build()));
        file(environment, "AWS_CONFIG_FILE", ".aws/config")
                .ifPresent(file -> found.addFile(ProfileFile.builder()
                        .content(file)
                        .type(ProfileFile.Type.CONFIGURATION)
                        .build()));
        return new S3Profile(
                found.build(), S3Settings.first(environment, "AWS_PROFILE").orElse("default"));
    }

    private static Optional<Path> file(Map<String, String> environment, String variable, String belowHome) {
        return S3Settings.first(environment, variable)
                .map(Path::of)
                .or(() -> S3Settings.first(environment, "HOME")
                        .map(home -> Path.of(home).resolve(belowHome)))
                .filter(Files::isRegularFile);
    }

    boolean isThere() {
        return files.profile(name).isPresent();
    }

    Optional<String> region() {
        return files.profile(name)
                .flatMap(profile -> profile.property(ProfileProperty.REGION))
                .filter(region -> !region.isBlank());
    }
}
