package dev.slipway.attest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.slipway.image.Digest;
import java.util.List;

/**
 * Something that is said of an image (in-toto attestation framework, "Statement"), in the version that BuildKit writes
 * and that its readers know.
 *
 * @param subjects package URLs of the image, one for each name that it has
 * @param digest of the image's manifest
 */
public record Statement(List<String> subjects, Digest digest, String predicateType, ObjectNode predicate) {
    /** What a statement's document is called. */
    public static final String PREDICATE_TYPE = "in-toto.io/predicate-type";

    private static final String TYPE = "https://in-toto.io/Statement/v0.1";

    public Statement {
        subjects = List.copyOf(subjects);
    }

    /** The document. */
    public byte[] toJson() {
        ObjectNode statement = Documents.object();
        statement.put("_type", TYPE);
        statement.put("predicateType", predicateType);
        ArrayNode named = statement.putArray("subject");
        for (String subject : subjects.isEmpty() ? List.of("_") : subjects) {
            ObjectNode entry = named.addObject();
            entry.put("name", subject);
            entry.putObject("digest").put(digest.algorithm().toString(), digest.hex());
        }
        statement.set("predicate", predicate);
        return Documents.bytes(statement);
    }
}
