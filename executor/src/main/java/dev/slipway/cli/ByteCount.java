package dev.slipway.cli;

import dev.slipway.dockerfile.ByteSize;

/** Sizes that flags give: {@code 500MB}, {@code 2g}, {@code 1.5GiB}, all in steps of 1024. */
final class ByteCount {
    private ByteCount() {}

    static long parse(Flag flag, String text) throws UsageException {
        return ByteSize.parse(text)
                .orElseThrow(
                        () -> new UsageException("%s \"%s\": write a size such as 500MB or 2g".formatted(flag, text)));
    }
}
