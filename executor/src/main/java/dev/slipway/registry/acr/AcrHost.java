package dev.slipway.registry.acr;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of Azure's clouds a registry is in, by its name's exact suffix.
 *
 * @param authority where Microsoft Entra ID gives tokens in that cloud
 * @param scope what a token must be for, to be exchanged by a registry of that cloud
 */
record AcrHost(String authority, String scope) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{5,50}(\\.[a-z0-9-]+)?\\.azurecr\\.(io|cn|us)");

    static Optional<AcrHost> parse(String registry) {
        Matcher matcher = NAME.matcher(registry);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (matcher.group(2)) {
                    case "cn" ->
                        new AcrHost("https://login.chinacloudapi.cn/", "https://management.chinacloudapi.cn/.default");
                    case "us" ->
                        new AcrHost(
                                "https://login.microsoftonline.us/", "https://management.usgovcloudapi.net/.default");
                    default ->
                        new AcrHost(
                                "https://login.microsoftonline.com/", "https://containerregistry.azure.net/.default");
                });
    }
}
