package dev.slipway.cli;

import dev.slipway.build.Warmer;
import dev.slipway.image.Platform;
import dev.slipway.layer.BlobStore;
import dev.slipway.posix.Directory;
import dev.slipway.progress.ProgressListener;
import dev.slipway.registry.ImageReference;
import dev.slipway.registry.RegistryClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fetches base images into a cache directory that builds share; kaniko calls it the warmer. */
final class WarmCommand implements Command {

    private final Surroundings here;

    WarmCommand(Surroundings here) {
        this.here = here;
    }

    @Override
    public int run(GivenFlags flags, ProgressListener progress) throws UsageException {
        Platform platform = platform(flags);
        List<Warmer.Wanted> named = named(flags, platform);
        Optional<Path> dockerfile = flags.value(WarmFlags.DOCKERFILE).map(here.directory()::resolve);
        if (named.isEmpty() && dockerfile.isEmpty()) {
            throw new UsageException("--image is missing: name the images to fetch, or a --dockerfile that does");
        }
        boolean anew = flags.on(WarmFlags.FORCE);
        Path store = here.directory().resolve(flags.valueOrDefault(WarmFlags.CACHE_DIR));
        return new Running(progress, here.clock()).run(() -> {
            List<Warmer.Wanted> images = new ArrayList<>(named);
            if (dockerfile.isPresent()) {
                images.addAll(Warmer.basesOf(dockerfile.get(), arguments(flags), platform));
            }
            Files.createDirectories(store);
            try (RegistryClient registries = RegistryFromFlags.client(flags, progress);
                    Directory root = Directory.open(store);
                    BlobStore blobs = BlobStore.open(root)) {
                blobs.clearAbandoned();
                new Warmer(registries, blobs, progress, anew).warm(images);
            }
        });
    }

    private static Platform platform(GivenFlags flags) throws UsageException {
        try {
            return flags.value(WarmFlags.PLATFORM)
                    .map(text -> Platform.parse(text, Platform.host()))
                    .orElseGet(Platform::host);
        } catch (IllegalArgumentException refused) {
            throw new UsageException("%s: %s".formatted(WarmFlags.PLATFORM, refused.getMessage()));
        }
    }

    private static List<Warmer.Wanted> named(GivenFlags flags, Platform platform) throws UsageException {
        List<Warmer.Wanted> named = new ArrayList<>();
        for (String text : flags.values(WarmFlags.IMAGE)) {
            try {
                named.add(new Warmer.Wanted(ImageReference.parse(text), platform));
            } catch (IllegalArgumentException notAName) {
                throw new UsageException("%s %s".formatted(WarmFlags.IMAGE, notAName.getMessage()));
            }
        }
        return named;
    }

    private static Map<String, String> arguments(GivenFlags flags) {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String text : flags.values(WarmFlags.BUILD_ARG)) {
            int equals = text.indexOf('=');
            if (equals >= 0) {
                arguments.put(text.substring(0, equals), text.substring(equals + 1));
            } else if (flags.environment().containsKey(text)) {
                arguments.put(text, flags.environment().get(text));
            }
        }
        return arguments;
    }
}
