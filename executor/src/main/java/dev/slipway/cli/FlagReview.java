package dev.slipway.cli;

import dev.slipway.progress.ProgressListener;
import java.util.List;

/** Refuses what a later version brings, and tells what is accepted without making a difference. */
final class FlagReview {

    private FlagReview() {}

    static void review(List<Flag> known, GivenFlags flags, ProgressListener log) throws UsageException {
        flags.warnings().forEach(log::warn);
        for (Flag flag : known) {
            if (!flags.changed(flag)) {
                continue;
            }
            switch (flag.support()) {
                case Flag.Support.Full() -> {}
                case Flag.Support.WithoutEffect(String reason) ->
                    log.debug("%s makes no difference: %s".formatted(flag, reason));
                case Flag.Support.Later() ->
                    throw new UsageException("%s is not supported yet: leave it out".formatted(flag));
            }
        }
    }
}
