package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.slipway.registry.ScriptedRegistry.Reply;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("OCI distribution-spec 1.1: Content management")
final class SpecManagementTest extends DistributionSpec {
    @Test
    @DisplayName("the right to push is asked for by an upload, which is cancelled")
    void cancels() throws IOException {
        client.checkPush(app);
        only("DELETE /v2/spec/app/blobs/uploads/.*");
        assertThat(clients.log).anyMatch(line -> line.contains("cancelled (204)"));
    }

    @ParameterizedTest(name = "status {0}")
    @ValueSource(ints = {400, 404, 405, 501})
    @DisplayName("a registry that cancels nothing has shown the right all the same")
    void cancelsNothing(int status) throws IOException {
        front.on("DELETE .*", request -> Reply.of(status));
        client.checkPush(app);
        only("DELETE .*");
        assertThat(clients.sleeps).isEmpty();
    }
}
