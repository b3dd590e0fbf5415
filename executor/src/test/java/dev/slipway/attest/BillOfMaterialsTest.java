package dev.slipway.attest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.slipway.attest.BillOfMaterials.Format;
import dev.slipway.image.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a document says about itself; what is in it is compared with dpkg's own list elsewhere. */
class BillOfMaterialsTest {
    private static final Digest SUBJECT = Digest.of("manifest".getBytes(StandardCharsets.UTF_8));

    private static JsonNode bill(Format format, String... unread) {
        return new BillOfMaterials(
                        "app", SUBJECT, Optional.empty(), Instant.EPOCH, "slipway-1", List.of(), List.of(unread))
                .in(format);
    }

    @Test
    void saysThatItIsIncompleteAndWhy() {
        String gap = "/var/lib/rpm/Packages: not a Berkeley DB";
        assertThat(bill(Format.SPDX, gap).path("comment").asText())
                .startsWith("Packages are missing")
                .endsWith(gap);
        JsonNode cycloneDx = bill(Format.CYCLONEDX, gap);
        assertThat(cycloneDx.at("/compositions/0/aggregate").asText()).isEqualTo("incomplete");
        assertThat(cycloneDx.at("/compositions/0/assemblies/0").asText()).isEqualTo(SUBJECT.toString());
        assertThat(cycloneDx.at("/metadata/properties/0/value").asText()).isEqualTo(gap);
    }

    @Test
    void saysNothingOfGapsWhereThereAreNone() {
        assertThat(bill(Format.SPDX).has("comment")).isFalse();
        assertThat(bill(Format.CYCLONEDX).has("compositions")).isFalse();
        assertThat(bill(Format.CYCLONEDX).at("/metadata").has("properties")).isFalse();
    }
}
