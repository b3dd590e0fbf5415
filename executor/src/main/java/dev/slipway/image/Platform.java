package dev.slipway.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What an image runs on (OCI image-spec, "platform"), with the spellings and fallbacks that containerd accepts.
 *
 * @param variant of the processor, such as v7; empty where the architecture has one kind only
 * @param osVersion for Windows, the build that base layers need
 */
public record Platform(
        String os, String architecture, Optional<String> variant, Optional<String> osVersion, List<String> osFeatures) {

    private static final Set<String> SYSTEMS = Set.of(
            "aix",
            "android",
            "darwin",
            "dragonfly",
            "freebsd",
            "illumos",
            "ios",
            "js",
            "linux",
            "netbsd",
            "openbsd",
            "plan9",
            "solaris",
            "wasip1",
            "windows");
    private static final Set<String> ARCHITECTURES = Set.of(
            "386",
            "amd64",
            "arm",
            "arm64",
            "loong64",
            "mips",
            "mipsle",
            "mips64",
            "mips64le",
            "ppc64",
            "ppc64le",
            "riscv64",
            "s390x",
            "wasm");

    public Platform {
        osFeatures = List.copyOf(osFeatures);
    }

    public static Platform of(String os, String architecture) {
        return new Platform(os, architecture, Optional.empty(), Optional.empty(), List.of());
    }

    public static Platform of(String os, String architecture, String variant) {
        return new Platform(
                os, architecture, Optional.of(variant).filter(text -> !text.isEmpty()), Optional.empty(), List.of());
    }

    /** The platform that this process runs on. */
    public static Platform host() {
        return of(
                        System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")
                                ? "windows"
                                : "linux",
                        System.getProperty("os.arch"))
                .normalized();
    }

    /**
     * Reads {@code os/arch/variant}, {@code os/arch}, a bare architecture or a bare system, with the usual other names
     * (x86_64, aarch64, armhf, macos …), in any case; {@code os(version)/arch} names a Windows build. What is left out
     * is {@code host}'s.
     *
     * @throws IllegalArgumentException in words for a user
     */
    public static Platform parse(String text, Platform host) {
        String[] parts = text.split("/", -1);
        for (String part : parts) {
            if (!part.matches("[A-Za-z0-9_.-]+(\\([A-Za-z0-9_.-]*\\))?")) {
                throw notAPlatform(text, "\"%s\" is no name of a system, an architecture or a variant".formatted(part));
            }
        }
        String os = parts[0].replaceFirst("\\(.*", "");
        Optional<String> version = parts[0].indexOf('(') < 0
                ? Optional.empty()
                : Optional.of(parts[0].substring(parts[0].indexOf('(') + 1, parts[0].length() - 1))
                        .filter(found -> !found.isEmpty());
        return switch (parts.length) {
            case 1 -> {
                String system = normalizedSystem(os);
                if (SYSTEMS.contains(system)) {
                    yield new Platform(system, host.architecture, host.variant, version, List.of()).normalized();
                }
                Platform bare = of(host.os, os).normalized();
                if (!ARCHITECTURES.contains(bare.architecture)) {
                    throw notAPlatform(text, "neither a system nor an architecture is called so");
                }
                yield bare;
            }
            case 2 -> new Platform(os, parts[1], Optional.empty(), version, List.of()).normalized();
            case 3 -> new Platform(os, parts[1], Optional.of(parts[2]), version, List.of()).normalized();
            default -> throw notAPlatform(text, "it has more than three parts");
        };
    }

    private static IllegalArgumentException notAPlatform(String text, String why) {
        return new IllegalArgumentException(
                "\"%s\" is not a platform: %s; it is written os/architecture[/variant], as linux/arm64 or linux/arm/v7"
                        .formatted(text, why));
    }

    /** The one spelling that equal platforms share; a variant that says nothing more than the architecture is dropped. */
    public Platform normalized() {
        String arch = architecture.toLowerCase(Locale.ROOT);
        String kind = variant.orElse("").toLowerCase(Locale.ROOT);
        switch (arch) {
            case "i386", "i486", "i586", "i686", "x86" -> {
                arch = "386";
                kind = "";
            }
            case "x86_64", "x86-64", "amd64" -> {
                arch = "amd64";
                kind = kind.equals("v1") ? "" : kind;
            }
            case "aarch64", "arm64" -> {
                arch = "arm64";
                kind = kind.equals("8") || kind.equals("v8") || kind.equals("v8.0") ? "" : kind;
                kind = kind.equals("9") || kind.equals("9.0") || kind.equals("v9.0") ? "v9" : kind;
            }
            case "armhf" -> {
                arch = "arm";
                kind = "v7";
            }
            case "armel" -> {
                arch = "arm";
                kind = "v6";
            }
            case "arm" -> {
                if (kind.isEmpty() || kind.equals("7")) {
                    kind = "v7";
                } else if (kind.matches("[568]")) {
                    kind = "v" + kind;
                }
            }
            default -> {
                // the other architectures have one spelling
            }
        }
        return new Platform(
                normalizedSystem(os), arch, Optional.of(kind).filter(text -> !text.isEmpty()), osVersion, osFeatures);
    }

    private static String normalizedSystem(String os) {
        String lower = os.toLowerCase(Locale.ROOT);
        return lower.equals("macos") ? "darwin" : lower;
    }

    /**
     * What can run here, the best first: this platform, then older variants of its processor, then the 32-bit
     * architecture that it also runs.
     */
    public List<Platform> runnable() {
        Platform self = normalized();
        List<Platform> order = new ArrayList<>();
        order.add(self);
        switch (self.architecture) {
            case "amd64" -> {
                self.olderVariants(order, 1);
                order.add(self.as("386", ""));
            }
            case "arm" -> self.olderVariants(order, 5);
            case "arm64" -> {
                if (self.variant.isPresent()) {
                    order.add(self.as("arm64", ""));
                }
                order.add(self.as("arm", "v8"));
                self.as("arm", "v8").olderVariants(order, 5);
            }
            default -> {
                // the others run nothing but themselves
            }
        }
        return List.copyOf(order);
    }

    private void olderVariants(List<Platform> order, int oldest) {
        String kind = variant.orElse("");
        if (kind.matches("v[0-9]")) {
            for (int version = kind.charAt(1) - '1'; version >= oldest; version--) {
                order.add(as(architecture, architecture.equals("amd64") && version == 1 ? "" : "v" + version));
            }
        }
    }

    private Platform as(String otherArchitecture, String otherVariant) {
        return new Platform(
                os,
                otherArchitecture,
                Optional.of(otherVariant).filter(text -> !text.isEmpty()),
                osVersion,
                osFeatures);
    }

    /** Whether an image for {@code image} is one for exactly this platform; a Windows build counts by its first three numbers. */
    public boolean matches(Platform image) {
        Platform self = normalized();
        Platform other = image.normalized();
        return self.os.equals(other.os)
                && self.architecture.equals(other.architecture)
                && self.variant.equals(other.variant)
                && (!self.os.equals("windows")
                        || self.osVersion.isEmpty()
                        || other.osVersion.isEmpty()
                        || build(self.osVersion.get()).equals(build(other.osVersion.get())));
    }

    private static List<String> build(String osVersion) {
        return List.of(osVersion.split("\\.")).stream().limit(3).toList();
    }

    /** {@code os/architecture[/variant]}, as TARGETPLATFORM has it. */
    @Override
    public String toString() {
        return os + "/" + architecture + variant.map(text -> "/" + text).orElse("");
    }
}
