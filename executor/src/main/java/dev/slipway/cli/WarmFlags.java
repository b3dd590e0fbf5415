package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;
import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** The warmer's flags, which are kaniko's; some letters mean something else than for a build. */
final class WarmFlags {
    static final Flag IMAGE =
            repeated("image", "REF", "An image to fetch.").shortName("i").plural("images");
    static final Flag CACHE_DIR = value("cache-dir", "PATH", "The directory to fetch into.")
            .shortName("c")
            .defaultsTo("/cache");
    static final Flag FORCE =
            toggle("force", "Fetch what is there already, too.").shortName("f");
    static final Flag CACHE_TTL = value("cache-ttl", "DURATION", "Accepted, without effect.")
            .defaultsTo("336h")
            .withoutEffect("images are kept by their digests, and what a tag stands for is always asked");
    static final Flag DOCKERFILE = value("dockerfile", "PATH", "A Dockerfile whose base images are fetched.")
            .shortName("d");
    static final Flag BUILD_ARG = repeated(
                    "build-arg",
                    "NAME=VALUE",
                    "A value for an ARG that a FROM uses; NAME alone takes it from the environment.")
            .plural("build-args");
    static final Flag PLATFORM = value(
                    "custom-platform", "OS/ARCH[/VARIANT]", "What to fetch for; without it this machine's platform.")
            .alias("platform")
            .deprecated("customPlatform");

    static final List<Flag> ALL = List.of(IMAGE, CACHE_DIR, FORCE, CACHE_TTL, DOCKERFILE, BUILD_ARG, PLATFORM);

    private WarmFlags() {}
}
