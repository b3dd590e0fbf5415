package dev.slipway.cli;

import dev.slipway.build.BuildRequest;
import dev.slipway.progress.SecretMask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The secrets that this process knows of from its flags and its environment, to be masked wherever something is shown. */
final class SecretValues {
    /** Variables by which CI systems and clouds hand credentials to a build. */
    private static final List<String> VARIABLES = List.of(
            "GIT_TOKEN",
            "GIT_PASSWORD",
            "CI_JOB_TOKEN",
            "CI_REGISTRY_PASSWORD",
            "CI_DEPLOY_PASSWORD",
            "CI_DEPENDENCY_PROXY_PASSWORD",
            "GITHUB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AZURE_CLIENT_SECRET",
            "AZURE_STORAGE_ACCESS_KEY",
            "AZURE_STORAGE_SAS_TOKEN");

    /** A secret that is larger is no text that a log would show. */
    private static final long LARGEST_BYTES = 1 << 20;

    private SecretValues() {}

    static SecretMask ofEnvironment(GivenFlags flags) {
        return SecretMask.of(variables(flags.environment()));
    }

    /** Those of the environment and those that {@code --secret} names. */
    static SecretMask ofBuild(GivenFlags flags, Path workingDirectory) throws UsageException {
        Map<String, String> environment = flags.environment();
        List<String> values = new ArrayList<>(variables(environment));
        for (BuildRequest.SecretSource secret : new RequestFromFlags(flags, workingDirectory).secrets()) {
            switch (secret) {
                case BuildRequest.SecretSource.OfVariable variable ->
                    values.add(environment.getOrDefault(variable.variable(), ""));
                case BuildRequest.SecretSource.OfFile file -> values.add(content(file.file()));
            }
        }
        return SecretMask.of(values);
    }

    private static List<String> variables(Map<String, String> environment) {
        return VARIABLES.stream()
                .map(name -> environment.getOrDefault(name, ""))
                .toList();
    }

    private static String content(Path file) {
        try {
            return Files.isRegularFile(file) && Files.size(file) <= LARGEST_BYTES
                    ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    : "";
        } catch (IOException unreadable) {
            // Whoever mounts it is told so by the build; what can't be read can't be shown either.
            return "";
        }
    }
}
