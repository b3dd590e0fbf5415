package dev.slipway.rootfs;

import dev.slipway.layer.ApplyMode;
import dev.slipway.posix.Directory;
import dev.slipway.posix.OpenFile;
import dev.slipway.posix.PathBytes;
import dev.slipway.sandbox.MountSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which kinds of root filesystem this machine allows, by trying them: asking for capabilities alone would miss
 * seccomp, AppArmor, and file systems that overlayfs doesn't take (DESIGN 3.1).
 */
final class IsolationProbe {
    private static final int OVERLAYFS_MAGIC = 0x794c7630;
    private static final String HELP =
            "run it as root with CAP_SYS_ADMIN, for instance privileged: true in the pod's securityContext";

    private IsolationProbe() {}

    /**
     * What came out.
     *
     * @param space where to mount; none where nothing can be mounted
     * @param build the build's directory, as the mount space sees it: overlayfs takes no directory of another one's mounts
     */
    record Outcome(IsolationChoice choice, @Nullable MountSpace space, Place build) {}

    static Outcome probe(Isolation wanted, Path build, ApplyMode mode, InPlaceTerms terms) throws IOException {
        Map<Isolation, String> refusals = new EnumMap<>(Isolation.class);
        terms.refusal().ifPresent(why -> refusals.put(Isolation.IN_PLACE, why));
        if (wanted == Isolation.IN_PLACE) {
            return new Outcome(inPlace("as --isolation says", refusals), null, Place.open(build));
        }
        MountSpace space;
        try {
            space = MountSpace.open();
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            refusals.put(Isolation.OVERLAY, why);
            refusals.put(Isolation.DIRECTORY, why);
            return new Outcome(withoutMounts(wanted, why, refusals), null, Place.open(build));
        }
        try {
            Place place = space.call(() -> Place.open(build));
            try {
                return new Outcome(choose(wanted, place, mode, space, refusals), space, place);
            } catch (IOException | RuntimeException e) {
                place.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            space.close();
            throw e;
        }
    }

    private static IsolationChoice inPlace(String why, Map<Isolation, String> refusals) {
        String refusal = refusals.get(Isolation.IN_PLACE);
        return refusal == null
                ? new IsolationChoice(Optional.of(Isolation.IN_PLACE), "isolation: in-place, " + why, refusals)
                : new IsolationChoice(Optional.empty(), "isolation: in-place is asked for, but " + refusal, refusals);
    }

    private static IsolationChoice withoutMounts(Isolation wanted, String why, Map<Isolation, String> refusals) {
        if (wanted == Isolation.AUTO && !refusals.containsKey(Isolation.IN_PLACE)) {
            return inPlace("since " + why, refusals);
        }
        String inPlace =
                wanted == Isolation.AUTO ? "; nor is building in place: " + refusals.get(Isolation.IN_PLACE) : "";
        return new IsolationChoice(
                Optional.empty(),
                "isolation: none, %s; RUN needs mounts: %s%s".formatted(why, HELP, inPlace),
                refusals);
    }

    private static IsolationChoice choose(
            Isolation wanted, Place build, ApplyMode mode, MountSpace space, Map<Isolation, String> refusals)
            throws IOException {
        if (wanted == Isolation.DIRECTORY) {
            return new IsolationChoice(
                    Optional.of(Isolation.DIRECTORY), "isolation: directory, as --isolation says", refusals);
        }
        Optional<String> refusal = tryOverlay(build, mode, space);
        if (refusal.isEmpty()) {
            String why = wanted == Isolation.OVERLAY
                    ? "as --isolation says"
                    : "since mounts are allowed and \"%s\" can hold an overlay".formatted(build.path());
            return new IsolationChoice(Optional.of(Isolation.OVERLAY), "isolation: overlay, " + why, refusals);
        }
        refusals.put(Isolation.OVERLAY, refusal.get());
        return wanted == Isolation.OVERLAY
                ? new IsolationChoice(
                        Optional.empty(),
                        "isolation: overlay is asked for, but " + refusal.get() + "; use --isolation=directory",
                        refusals)
                : new IsolationChoice(
                        Optional.of(Isolation.DIRECTORY), "isolation: directory, since " + refusal.get(), refusals);
    }

    /** Mounts an overlay and writes to it; says why that can't be done here. */
    private static Optional<String> tryOverlay(Place build, ApplyMode mode, MountSpace space) throws IOException {
        try (Place place = build.make("probe", 0700)) {
            try (Place lower = place.make("lower", 0755);
                    Place upper = place.make("upper", 0755);
                    Place work = place.make("work", 0700);
                    Place merged = place.make("merged", 0755)) {
                lower.make("directory", 0755).close();
                try (OverlayMount mount = OverlayMount.writable(
                        space, List.of(lower.directory()), upper.directory(), work.directory(), mode, merged.path())) {
                    writeAndRemove(mount.merged());
                }
                return upper.directory()
                                .statusIfPresent(PathBytes.of("directory"))
                                .filter(status -> status.isOverlayWhiteout())
                                .isPresent()
                        ? Optional.empty()
                        : Optional.of("overlayfs here leaves no whiteouts");
            } catch (IOException e) {
                return Optional.of(reason(build, e));
            }
        } finally {
            build.remove("probe");
        }
    }

    private static void writeAndRemove(Directory merged) throws IOException {
        try (OpenFile file = merged.createFile(PathBytes.of("file"), 0600)) {
            file.write(new byte[1], 0, 1);
        }
        merged.removeTree(PathBytes.of("directory"));
    }

    private static String reason(Place build, IOException e) throws IOException {
        return build.directory().fileSystemType() == OVERLAYFS_MAGIC
                ? "\"%s\" is on overlayfs itself, which can't hold another one's changes".formatted(build.path())
                : "an overlay can't be mounted on \"%s\" (%s)".formatted(build.path(), e.getMessage());
    }
}
