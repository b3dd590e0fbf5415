package dev.slipway.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.image.Descriptor;
import dev.slipway.image.ImageFormatException;
import dev.slipway.image.ImageIndex;
import dev.slipway.image.Manifest;
import dev.slipway.image.MediaTypes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("OCI distribution-spec 1.1: Content discovery")
final class SpecDiscoveryTest extends DistributionSpec {
    private Descriptor refer(Manifest subject, String what) throws IOException {
        Manifest artifact = Manifest.createArtifact(
                "application/x." + what,
                Descriptor.of(MediaTypes.OCI_EMPTY, bytes("{}")),
                List.of(Descriptor.of("text/plain", bytes(what))),
                subject.descriptor(),
                Map.of("what", what));
        push(app, bytes("{}"), Optional.empty());
        push(app, bytes(what), Optional.empty());
        Descriptor listed = artifact.descriptor();
        client.pushReferrer(app, artifact.raw(), listed, subject.digest());
        return listed;
    }

    private ImageReference list(Manifest subject) {
        return app.withTag("sha256-" + subject.digest().hex());
    }

    private List<Descriptor> listed(Manifest subject) throws IOException {
        RegistryClient.Document document = client.document(list(subject));
        return ImageIndex.parse(document.raw(), document.descriptor().mediaType(), "the list")
                .manifests();
    }

    @Test
    @DisplayName("OCI-Subject: the registry lists the referrer itself, and no tag is made")
    void withTheReferrersApi() throws IOException {
        Manifest subject = image("with the API");
        front.on(
                "PUT .*/manifests/.*",
                request ->
                        front.pass(request).with("OCI-Subject", subject.digest().toString()));
        refer(subject, "a");
        assertThat(front.seen(".* .*/manifests/sha256-.*")).isEmpty();
    }

    @Test
    @DisplayName("no OCI-Subject: the referrers tag is pulled, grows by one, and is put back as an index")
    void withoutTheReferrersApi() throws IOException {
        Manifest subject = image("without the API");
        Descriptor first = refer(subject, "a");
        Descriptor second = refer(subject, "b");
        refer(subject, "b");
        assertThat(listed(subject)).containsExactly(first, second);
        assertThat(front.seen("PUT .*/manifests/sha256-.*"))
                .as("what is listed is not listed again")
                .hasSize(2)
                .allSatisfy(put -> assertThat(put.header("Content-Type")).contains(MediaTypes.OCI_INDEX));
    }

    @Test
    @DisplayName("a referrers tag that is no index is left as it is, and the push fails")
    void aListThatIsNone() throws IOException {
        Manifest subject = image("a list that is none");
        client.pushManifest(list(subject), subject.raw(), subject.mediaType());
        assertThatThrownBy(() -> refer(subject, "a")).isInstanceOf(ImageFormatException.class);
        assertThat(client.head(list(subject)).digest()).isEqualTo(subject.digest());
    }
}
