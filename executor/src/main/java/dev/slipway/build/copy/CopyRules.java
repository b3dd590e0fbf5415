package dev.slipway.build.copy;

import dev.slipway.dockerfile.FileMode;
import java.time.Instant;
import java.util.Optional;

/**
 * What the flags of COPY and ADD change about what is copied.
 *
 * @param owner {@code --chown}; without it things keep the source's
 * @param mode {@code --chmod}
 * @param created the time of directories that are made on the way; now, unless a source date epoch says otherwise
 */
public record CopyRules(Optional<Owner> owner, Optional<FileMode> mode, Instant created) {
    private static final int NEW_DIRECTORY = 0755;
    private static final int ORDINARY_BITS = 0777;

    /**
     * The mode of directories that are made on the way, and of a copied top: only an octal mode touches them, and not
     * with its special bits, which BuildKit's mkdir doesn't take.
     */
    int parentPermissions() {
        if (mode.isEmpty()) {
            return NEW_DIRECTORY;
        }
        return switch (mode.get()) {
            case FileMode.Octal octal -> octal.permissions() & ORDINARY_BITS;
            case FileMode.Symbolic symbolic -> NEW_DIRECTORY;
        };
    }

    Owner parentOwner() {
        return owner.orElse(Owner.ROOT);
    }

    CopyRules withoutMode() {
        return new CopyRules(owner, Optional.empty(), created);
    }
}
