package dev.slipway.context.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import dev.slipway.context.ContextException;
import dev.slipway.context.ContextUri;
import dev.slipway.context.bucket.ObjectStore;
import dev.slipway.network.NetworkSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens containers of Azure Blob Storage as the URL and the environment say. */
public final class AzureStore implements ObjectStore {
    private static final String ENDPOINT = "AZURE_STORAGE_BLOB_ENDPOINT";
    private static final String KEY = "AZURE_STORAGE_ACCESS_KEY";
    private static final int ONE_ATTEMPT = 1;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Override
    public List<String> forms() {
        return List.of("https://ACCOUNT.blob.core.windows.net/container/blob");
    }

    @Override
    public boolean accepts(ContextUri uri) {
        return BlobUrl.isBlob(uri);
    }

    @Override
    public Location open(ContextUri uri, Map<String, String> environment, NetworkSettings network)
            throws ContextException {
        BlobUrl url = BlobUrl.of(uri);
        URI endpoint = endpoint(url, environment);
        HttpClient transport = transport(uri, endpoint, network);
        BlobContainerClientBuilder builder = new BlobContainerClientBuilder()
                .endpoint(endpoint.toString())
                .containerName(url.container())
                .httpClient(transport)
                .configuration(Configuration.NONE)
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, ONE_ATTEMPT, TIMEOUT, null, null, null));
        String kind = authorize(builder, url, environment, transport);
        return new Location(new AzureBucket(url, builder.buildClient(), new AzureFailures(url, kind)), url.key());
    }

    private static HttpClient transport(ContextUri uri, URI endpoint, NetworkSettings network) throws ContextException {
        try {
            return new JdkHttpClientBuilder(AzureConnections.to(endpoint, network))
                    .configuration(Configuration.NONE)
                    .responseTimeout(TIMEOUT)
                    .readTimeout(TIMEOUT)
                    .build();
        } catch (IOException e) {
            throw new ContextException("context %s: %s".formatted(uri.quoted(), e.getMessage()), e);
        }
    }

    /** Says who asks; answers which credential that is, in the words of a message. */
    private static String authorize(
            BlobContainerClientBuilder builder, BlobUrl url, Map<String, String> environment, HttpClient transport)
            throws ContextException {
        if (url.sas().isPresent()) {
            builder.sasToken(url.sas().get());
            return "the signature in the URL";
        }
        Optional<String> key = value(environment, KEY);
        if (key.isPresent()) {
            try {
                builder.credential(new StorageSharedKeyCredential(url.account(), key.get()));
                return KEY;
            } catch (IllegalArgumentException e) {
                throw new ContextException(KEY + " is no key: it is not in base 64", e);
            }
        }
        Optional<String> token = value(environment, "AZURE_FEDERATED_TOKEN_FILE");
        Optional<String> client = value(environment, "AZURE_CLIENT_ID");
        Optional<String> tenant = value(environment, "AZURE_TENANT_ID");
        if (token.isPresent() && client.isPresent() && tenant.isPresent()) {
            // The configuration comes first: it sets the authority to the public cloud's.
            builder.credential(new WorkloadIdentityCredentialBuilder()
                    .configuration(Configuration.NONE)
                    .clientId(client.get())
                    .tenantId(tenant.get())
                    .tokenFilePath(token.get())
                    .authorityHost(value(environment, "AZURE_AUTHORITY_HOST").orElse(url.login()))
                    .disableInstanceDiscovery()
                    .httpClient(transport)
                    .build());
            return "the workload identity of AZURE_CLIENT_ID";
        }
        builder.setAnonymousAccess();
        return "";
    }

    private static URI endpoint(BlobUrl url, Map<String, String> environment) throws ContextException {
        String given = value(environment, ENDPOINT).orElse("https://" + url.host());
        try {
            URI endpoint = new URI(given);
            boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
            if (web && endpoint.getHost() != null) {
                return endpoint;
            }
        } catch (URISyntaxException e) {
            throw new ContextException("%s=%s: not a URL (%s)".formatted(ENDPOINT, given, e.getReason()), e);
        }
        throw new ContextException(
                "%s=%s: write a URL such as http://127.0.0.1:10000/devstoreaccount1".formatted(ENDPOINT, given));
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isEmpty());
    }
}
