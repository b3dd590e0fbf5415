package dev.slipway.build;

import dev.slipway.layer.BlobStore;
import dev.slipway.posix.Directory;
import dev.slipway.registry.CredentialSource;
import dev.slipway.registry.RegistryClient;
import dev.slipway.registry.RegistryListener;
import dev.slipway.registry.RegistryOptions;
import dev.slipway.rootfs.Isolation;
import dev.slipway.rootfs.RootfsFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.FutureTask;

/** A build on a thread of its own, whose store is {@code store} below a directory, so that it can be interrupted. */
final class PlainBuild {
    private final FutureTask<BuiltImage> result;
    private final Thread thread;

    private PlainBuild(FutureTask<BuiltImage> result) {
        this.result = result;
        this.thread = Thread.ofPlatform().start(result);
    }

    static PlainBuild start(Path directory, String dockerfile) {
        return new PlainBuild(new FutureTask<>(() -> build(directory, dockerfile)));
    }

    FutureTask<BuiltImage> result() {
        return result;
    }

    /** The thread that a signal would interrupt. */
    Thread thread() {
        return thread;
    }

    private static BuiltImage build(Path directory, String dockerfile) throws Exception {
        Path context = Files.createDirectories(directory.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        Path store = Files.createDirectories(directory.resolve("store"));
        Path work = Files.createTempDirectory(directory, "work");
        try (Directory root = Directory.open(store);
                BlobStore blobs = BlobStore.open(root);
                RegistryClient registries = new RegistryClient(
                        RegistryOptions.builder().build(), CredentialSource.NONE, RegistryListener.SILENT);
                RootfsFactory roots = RootfsFactory.open(work, store, blobs, Isolation.AUTO)) {
            return new ImageBuilder(registries, blobs, store, roots, work, event -> {}, InstantSource.system())
                    .build(BuildRequest.of(context).build());
        }
    }
}
