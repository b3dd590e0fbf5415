package dev.slipway.cli;

import dev.slipway.attest.BillOfMaterials;
import dev.slipway.attest.SigningKey;
import dev.slipway.build.AttestationRequest;
import dev.slipway.build.BuildException;
import dev.slipway.progress.FailureClass;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the flags say about attestations and signatures; the words are buildx's where it has some. */
final class AttestationFromFlags {
    private final GivenFlags flags;
    private final Path workingDirectory;

    AttestationFromFlags(GivenFlags flags, Path workingDirectory) {
        this.flags = flags;
        this.workingDirectory = workingDirectory;
    }

    AttestationRequest request() throws UsageException, BuildException {
        return new AttestationRequest(bills(), provenance(), key(), "slipway-" + Version.current());
    }

    private Map<BillOfMaterials.Format, Optional<Path>> bills() throws UsageException {
        Map<BillOfMaterials.Format, Optional<Path>> bills = new LinkedHashMap<>();
        for (String text : flags.values(OutputFlags.SBOM)) {
            Optional<Path> file = Optional.empty();
            Optional<BillOfMaterials.Format> format = Optional.of(BillOfMaterials.Format.SPDX);
            for (String part : text.split(",")) {
                switch (part.toLowerCase(Locale.ROOT)) {
                    case "true", "spdx" -> format = Optional.of(BillOfMaterials.Format.SPDX);
                    case "cyclonedx" -> format = Optional.of(BillOfMaterials.Format.CYCLONEDX);
                    case "false", "none" -> format = Optional.empty();
                    default -> {
                        if (!part.startsWith("file=") || part.length() == "file=".length()) {
                            throw new UsageException("--sbom \"%s\": write spdx or cyclonedx, with file=PATH or without"
                                    .formatted(text));
                        }
                        file = Optional.of(workingDirectory.resolve(part.substring("file=".length())));
                    }
                }
            }
            if (format.isPresent()) {
                bills.put(format.get(), file);
            }
        }
        return bills;
    }

    private Optional<AttestationRequest.ProvenanceRequest> provenance() throws UsageException {
        String text = flags.valueOrDefault(OutputFlags.PROVENANCE);
        String lower = text.toLowerCase(Locale.ROOT);
        if (text.isEmpty() || lower.equals("false") || lower.equals("none")) {
            return Optional.empty();
        }
        boolean max = false;
        String builder = "https://slipway.dev/executor@" + Version.current();
        for (String part : text.split(",")) {
            switch (part.toLowerCase(Locale.ROOT)) {
                case "true", "min", "mode=min" -> max = false;
                case "max", "mode=max" -> max = true;
                default -> {
                    if (!part.startsWith("builder-id=") || part.length() == "builder-id=".length()) {
                        throw new UsageException(
                                "--provenance \"%s\": write true, mode=min or mode=max, with builder-id=ID or without"
                                        .formatted(text));
                    }
                    builder = part.substring("builder-id=".length());
                }
            }
        }
        return Optional.of(new AttestationRequest.ProvenanceRequest(max, builder));
    }

    private Optional<SigningKey> key() throws UsageException, BuildException {
        Optional<String> reference = flags.value(OutputFlags.SIGN).filter(text -> !text.equals("none"));
        if (reference.isEmpty()) {
            return Optional.empty();
        }
        if (reference.get().equals("keyless")) {
            throw new UsageException(
                    "--sign keyless is not supported: give a private key, as a PEM file or env://VARIABLE");
        }
        if (flags.values(OutputFlags.DESTINATION).isEmpty()) {
            throw new UsageException("--sign needs a --destination: a signature says which repository an image is of");
        }
        try {
            return Optional.of(SigningKey.read(reference.get(), workingDirectory, flags.environment()));
        } catch (IllegalArgumentException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        } catch (IOException unreadable) {
            throw new BuildException(FailureClass.USAGE, String.valueOf(unreadable.getMessage()), unreadable);
        }
    }
}
