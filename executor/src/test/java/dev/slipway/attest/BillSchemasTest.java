package dev.slipway.attest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.slipway.attest.BillOfMaterials.Format;
import dev.slipway.image.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The documents against the JSON schemas that SPDX and CycloneDX publish, as their own libraries have them. */
class BillSchemasTest {
    private static final Digest SUBJECT = Digest.of("manifest".getBytes(StandardCharsets.UTF_8));

    /** One of each kind, with what is optional and without. */
    private static final List<SoftwarePackage> PACKAGES = List.of(
            new SoftwarePackage(
                    "deb",
                    "debian",
                    "libstdc++6",
                    "12.2.0-14+deb12u1",
                    Optional.of("GPL-3.0-only AND (LGPL-2.1 OR Artistic)"),
                    Map.of("arch", "amd64", "distro", "debian-12"),
                    "var/lib/dpkg/status"),
            new SoftwarePackage(
                    "apk",
                    "alpine",
                    "musl",
                    "1.2.5-r9",
                    Optional.of("MIT"),
                    Map.of("arch", "x86_64"),
                    "lib/apk/db/installed"),
            new SoftwarePackage(
                    "rpm",
                    "fedora",
                    "glibc",
                    "2.39-1.fc40",
                    Optional.of("LGPL-2.1-or-later"),
                    Map.of("epoch", "1"),
                    "usr/lib/sysimage/rpm/rpmdb.sqlite"),
            SoftwarePackage.of("maven", "org.example", "a", "1.0", "app/a.jar"),
            SoftwarePackage.of("npm", "@scope", "b", "2.0.0", "app/package-lock.json"),
            SoftwarePackage.of("pypi", "", "c", "3", "usr/lib/python3/dist-packages/c.dist-info/METADATA"),
            SoftwarePackage.of("golang", "github.com/d", "e", "v1.2.3", "usr/bin/e"),
            SoftwarePackage.of("cargo", "", "nothing-known", "", "Cargo.lock"));

    private static Set<ValidationMessage> problems(Format format, ObjectNode document) {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V7,
                builder -> builder.schemaMappers(
                        mappers -> mappers.mapPrefix("http://cyclonedx.org/schema/", "classpath:")));
        JsonSchema schema = factory.getSchema(SchemaLocation.of(
                switch (format) {
                    case SPDX -> "classpath:resources/spdx-schema-v2.3.json";
                    case CYCLONEDX -> "http://cyclonedx.org/schema/bom-1.6.schema.json";
                }));
        return schema.validate(document, context -> context.getExecutionConfig().setFormatAssertionsEnabled(true));
    }

    private static ObjectNode bill(Format format, List<SoftwarePackage> packages, String... unread) {
        return bill(format, Optional.empty(), packages, unread);
    }

    private static ObjectNode bill(
            Format format, Optional<String> part, List<SoftwarePackage> packages, String... unread) {
        return new BillOfMaterials(
                        "registry.example/team/app:1",
                        SUBJECT,
                        part,
                        Instant.EPOCH,
                        "slipway-1",
                        packages,
                        List.of(unread))
                .in(format);
    }

    @ParameterizedTest
    @EnumSource
    void packagesOfEachKindMakeAValidDocument(Format format) {
        assertThat(problems(format, bill(format, PACKAGES))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anImageWithoutPackagesAndOneThatCouldNotBeReadMakeValidDocuments(Format format) {
        assertThat(problems(format, bill(format, List.of()))).isEmpty();
        assertThat(problems(format, bill(format, PACKAGES, "/var/lib/rpm/Packages: not a Berkeley DB")))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aStagesPackagesMakeADocumentOfItsOwn(Format format) {
        ObjectNode stage = bill(format, Optional.of("build"), PACKAGES, "/Packages: not a Berkeley DB");
        assertThat(problems(format, stage)).isEmpty();
        String identity = format == Format.SPDX ? "documentNamespace" : "serialNumber";
        assertThat(stage.path(identity)).isNotEqualTo(bill(format, PACKAGES).path(identity));
    }

    @ParameterizedTest
    @EnumSource
    void theSchemaItselfIsAsked(Format format) {
        ObjectNode document = bill(format, PACKAGES);
        document.put(format == Format.SPDX ? "spdxVersion" : "specVersion", 7);
        assertThat(problems(format, document)).isNotEmpty();
    }
}
