package dev.slipway.attest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.image.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What an image is made of, as a document of a standard form. The same packages in the same image at the same time give
 * the same bytes.
 *
 * @param name what the image is called
 * @param subject the digest of its manifest
 * @param part what is described in the image's place: a stage that it was built with, or the context
 * @param created when the image was made
 * @param tool what made the document, with its version
 * @param unread files that tell of packages and could not be read, with the reason: whoever reads the document must know
 */
public record BillOfMaterials(
        String name,
        Digest subject,
        Optional<String> part,
        Instant created,
        String tool,
        Collection<SoftwarePackage> packages,
        List<String> unread) {

    /** The forms. */
    public enum Format {
        SPDX("https://spdx.dev/Document"),
        CYCLONEDX("https://cyclonedx.org/bom");

        private final String predicateType;

        Format(String predicateType) {
            this.predicateType = predicateType;
        }

        /** What an in-toto statement calls it. */
        public String predicateType() {
            return predicateType;
        }
    }

    public BillOfMaterials {
        packages = List.copyOf(packages);
        unread = List.copyOf(unread);
    }

    /** The document. */
    public ObjectNode in(Format format) {
        return switch (format) {
            case SPDX -> spdx();
            case CYCLONEDX -> cycloneDx();
        };
    }

    public static byte[] bytes(ObjectNode document) {
        return Documents.bytes(document);
    }

    /** SPDX 2.3, "Document Creation Information", "Package Information", "Relationships". */
    private ObjectNode spdx() {
        ObjectNode document = Documents.object();
        document.put("spdxVersion", "SPDX-2.3");
        document.put("dataLicense", "CC0-1.0");
        document.put("SPDXID", "SPDXRef-DOCUMENT");
        document.put("name", describedName());
        document.put("documentNamespace", "https://slipway.dev/spdx/" + identity(subject.hex()));
        if (!unread.isEmpty()) {
            document.put("comment", "Packages are missing, as these could not be read: " + String.join("; ", unread));
        }
        ObjectNode creation = document.putObject("creationInfo");
        creation.put("created", seconds());
        creation.putArray("creators").add("Tool: " + tool);
        ArrayNode described = document.putArray("packages");
        ArrayNode relationships = document.putArray("relationships");
        ObjectNode image = described.addObject();
        image.put("SPDXID", "SPDXRef-Image");
        image.put("name", describedName());
        image.put("downloadLocation", "NOASSERTION");
        image.put("filesAnalyzed", false);
        if (part.isEmpty()) {
            image.put("versionInfo", subject.toString());
            image.put("primaryPackagePurpose", "CONTAINER");
            image.putArray("checksums").addObject().put("algorithm", "SHA256").put("checksumValue", subject.hex());
        } else {
            image.put("primaryPackagePurpose", "SOURCE");
        }
        relate(relationships, "SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image");
        int number = 0;
        for (SoftwarePackage each : packages) {
            String id = "SPDXRef-Package-" + ++number;
            ObjectNode entry = described.addObject();
            entry.put("SPDXID", id);
            entry.put("name", fullName(each));
            if (!each.version().isEmpty()) {
                entry.put("versionInfo", each.version());
            }
            entry.put("downloadLocation", "NOASSERTION");
            entry.put("filesAnalyzed", false);
            entry.put("licenseConcluded", "NOASSERTION");
            entry.put("licenseDeclared", "NOASSERTION");
            each.licenses().ifPresent(text -> entry.put("licenseComments", "The package itself says: " + text));
            entry.put("copyrightText", "NOASSERTION");
            entry.put("sourceInfo", "found in /" + each.foundIn());
            entry.putArray("externalRefs")
                    .addObject()
                    .put("referenceCategory", "PACKAGE-MANAGER")
                    .put("referenceType", "purl")
                    .put("referenceLocator", each.packageUrl());
            relate(relationships, "SPDXRef-Image", "CONTAINS", id);
        }
        return document;
    }

    private static void relate(ArrayNode relationships, String one, String kind, String other) {
        relationships
                .addObject()
                .put("spdxElementId", one)
                .put("relationshipType", kind)
                .put("relatedSpdxElement", other);
    }

    /** CycloneDX 1.6. */
    private ObjectNode cycloneDx() {
        ObjectNode document = Documents.object();
        document.put("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        document.put("bomFormat", "CycloneDX");
        document.put("specVersion", "1.6");
        document.put(
                "serialNumber",
                "urn:uuid:"
                        + UUID.nameUUIDFromBytes(identity(subject.toString()).getBytes(StandardCharsets.UTF_8)));
        document.put("version", 1);
        ObjectNode metadata = document.putObject("metadata");
        metadata.put("timestamp", seconds());
        metadata.putObject("tools")
                .putArray("components")
                .addObject()
                .put("type", "application")
                .put("name", tool.replaceFirst("-[^-]*$", ""))
                .put("version", tool.replaceFirst(".*-", ""));
        ObjectNode image = metadata.putObject("component");
        String described = part.orElse(subject.toString());
        image.put("bom-ref", described);
        image.put("type", part.isEmpty() ? "container" : "application");
        image.put("name", describedName());
        if (part.isEmpty()) {
            image.put("version", subject.toString());
        }
        if (!unread.isEmpty()) {
            ArrayNode properties = metadata.putArray("properties");
            unread.forEach(
                    text -> properties.addObject().put("name", "slipway:unread").put("value", text));
            ObjectNode composition = document.putArray("compositions").addObject();
            composition.put("aggregate", "incomplete");
            composition.putArray("assemblies").add(described);
        }
        ArrayNode components = document.putArray("components");
        int number = 0;
        for (SoftwarePackage each : packages) {
            ObjectNode component = components.addObject();
            component.put("bom-ref", "package-" + ++number);
            component.put("type", "library");
            if (!each.namespace().isEmpty()) {
                component.put("group", each.namespace());
            }
            component.put("name", each.name());
            component.put("version", each.version());
            each.licenses()
                    .ifPresent(text -> component
                            .putArray("licenses")
                            .addObject()
                            .putObject("license")
                            .put("name", text));
            component.put("purl", each.packageUrl());
            component
                    .putArray("properties")
                    .addObject()
                    .put("name", "slipway:location")
                    .put("value", "/" + each.foundIn());
        }
        return document;
    }

    /** The same for the same image, and another for each of its parts. */
    private String identity(String image) {
        return part.map(text -> image + "/" + text).orElse(image);
    }

    private String describedName() {
        return part.map(text -> name + " (" + text + ")").orElse(name);
    }

    private String seconds() {
        return created.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** As the package manager itself calls it. */
    private static String fullName(SoftwarePackage each) {
        return switch (each.kind()) {
            case "maven" -> each.namespace().isEmpty() ? each.name() : each.namespace() + ":" + each.name();
            case "npm", "golang" -> each.namespace().isEmpty() ? each.name() : each.namespace() + "/" + each.name();
            default -> each.name();
        };
    }
}
