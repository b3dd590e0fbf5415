package dev.slipway.cli;

import dev.slipway.build.BuildRequest;
import dev.slipway.build.DockerfileSource;
import dev.slipway.build.LayoutImage;
import dev.slipway.registry.ConfiguredCredentials;
import dev.slipway.rootfs.InPlaceOptions;
import dev.slipway.rootfs.InPlaceTerms;
import dev.slipway.sandbox.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the flags say about building over the executor's own root, and which paths of it must survive that. */
final class InPlaceFromFlags {
    /** Our directory and kaniko's, where users mount credentials and find the executor. */
    private static final List<Path> WELL_KNOWN = List.of(Path.of("/slipway"), Path.of("/kaniko"));

    private static final Path BUSYBOX = Path.of("/busybox");

    private final GivenFlags flags;
    private final Path workingDirectory;
    private final OwnPlaces places;

    InPlaceFromFlags(GivenFlags flags, Path workingDirectory, OwnPlaces places) {
        this.flags = flags;
        this.workingDirectory = workingDirectory;
        this.places = places;
    }

    /**
     * For a build.
     *
     * @param outputs what is written besides the image's layers, and must be there afterwards
     */
    InPlaceOptions options(BuildRequest request, Path store, List<Path> outputs) throws UsageException, IOException {
        return new InPlaceOptions(
                new InPlaceTerms(Container.look(flags.environment()), flags.on(RunFlags.FORCE)),
                kept(request, store, outputs),
                List.copyOf(ConfiguredCredentials.files(flags.environment())),
                flags.on(RunFlags.PRE_CLEANUP),
                flags.on(RunFlags.PRESERVE_CONTEXT),
                flags.on(OutputFlags.MATERIALIZE));
    }

    private List<Path> kept(BuildRequest request, Path store, List<Path> outputs) throws IOException {
        List<Path> own = executor();
        own.add(places.directory());
        List<Path> kept = new ArrayList<>(own);
        kept.addAll(List.of(store, request.context()));
        // An executor that was copied elsewhere, with its files, can build an image that has these directories.
        if (own.stream().anyMatch(path -> WELL_KNOWN.stream().anyMatch(path::startsWith))) {
            kept.addAll(WELL_KNOWN);
        }
        if (Files.isSymbolicLink(BUSYBOX)) {
            kept.add(BUSYBOX);
        }
        if (isWorthKeeping(workingDirectory)) {
            kept.add(workingDirectory);
        }
        if (request.dockerfile() instanceof DockerfileSource.AtPath(String path)) {
            addInput(kept, path);
        }
        request.buildContexts().values().forEach(text -> addInput(kept, local(text)));
        for (BuildRequest.SecretSource secret : request.secrets()) {
            if (secret instanceof BuildRequest.SecretSource.OfFile file) {
                kept.add(file.file());
            }
        }
        // An agent is asked whenever a command asks it, long after the root was emptied.
        request.commands().agents().forEach(agent -> kept.addAll(agent.paths()));
        kept.addAll(outputs);
        return kept;
    }

    /** The run-time and the executor itself, wherever they were copied to. */
    private static List<Path> executor() {
        List<Path> places = new ArrayList<>();
        for (String property : List.of("slipway.home", "java.home")) {
            Optional.ofNullable(System.getProperty(property)).map(Path::of).ifPresent(places::add);
        }
        ProcessHandle.current()
                .info()
                .command()
                .map(Path::of)
                .map(Path::getParent)
                .ifPresent(places::add);
        return places;
    }

    /** An empty one is as good made anew; the root is no place that could be kept. */
    private static boolean isWorthKeeping(Path directory) throws IOException {
        if (directory.getNameCount() == 0 || !Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isPresent();
        }
    }

    /** The path that a further context names, if it names one. */
    private static String local(String context) {
        return LayoutImage.directory(context).orElseGet(() -> context.replaceFirst("^(dir|file)://", ""));
    }

    /** Something that is read, if it is a file or directory here. */
    private void addInput(List<Path> kept, String path) {
        if (!path.isEmpty() && !path.contains("://") && Files.exists(workingDirectory.resolve(path))) {
            kept.add(workingDirectory.resolve(path));
        }
    }
}
