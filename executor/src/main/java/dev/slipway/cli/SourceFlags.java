package dev.slipway.cli;

import static dev.slipway.cli.Flag.repeated;
import static dev.slipway.cli.Flag.toggle;
import static dev.slipway.cli.Flag.value;

import java.util.List;

/** What is built: context, Dockerfile, arguments. */
final class SourceFlags {
    static final Flag CONTEXT = value(
                    "context",
                    "URI",
                    "Where the source comes from: a directory, an archive, s3://, gs://, Azure, git, http (docs/contexts.md).")
            .shortName("c")
            .defaultsTo("/workspace/");
    static final Flag CONTEXT_SUB_PATH =
            value("context-sub-path", "PATH", "The directory inside the context that is its root.");
    static final Flag BUCKET = value("bucket", "NAME", "GCS bucket; --context is then the object's name.")
            .shortName("b");
    static final Flag DOCKERFILE = value(
                    "dockerfile",
                    "PATH",
                    "The Dockerfile: in the context or by any other path, an https URL, or - for standard input.")
            .shortName("f")
            .defaultsTo("Dockerfile");
    static final Flag BUILD_ARG = repeated(
                    "build-arg", "NAME=VALUE", "A value for an ARG; NAME alone takes it from the environment.")
            .plural("build-args");
    static final Flag BUILD_ARG_FILE =
            value("build-arg-file", "PATH", "A file of build arguments, one NAME=VALUE a line.");
    static final Flag TARGET = repeated(
            "target",
            "STAGE[,STAGE...]",
            "The stage to build, by name or number; without it the last. Of several all are built, and the first is the image.");
    static final Flag PLATFORM = value(
                    "custom-platform", "OS/ARCH[/VARIANT]", "What to build for; without it this machine's platform.")
            .deprecated("customPlatform");
    static final Flag PLATFORMS = repeated(
                    "platform",
                    "OS/ARCH[/VARIANT]",
                    "As --custom-platform; a bare architecture will do, and several make an index.")
            .plural("platforms");
    static final Flag SECRET = repeated(
                    "secret", "id=ID[,type=file|env][,src=FILE][,env=VAR]", "A secret for RUN --mount=type=secret.")
            .plural("secrets");
    static final Flag SSH =
            repeated("ssh", "default|ID=PATH[,PATH]", "An agent's socket, or private keys, for RUN --mount=type=ssh.");
    static final Flag BUILD_CONTEXT =
            repeated("build-context", "NAME=URI", "A further context that COPY --from=NAME and FROM NAME find.");
    static final Flag GIT = value(
            "git",
            "OPTION=VALUE,...",
            "Options of git contexts: branch, single-branch, recurse-submodules, insecure-skip-tls, depth, keep-git-dir.");
    static final Flag CONTEXT_MAX_SIZE = value("context-max-size", "SIZE", "Refuse a larger context.");
    static final Flag CHECK = toggle("check", "Only check the Dockerfile, as the check subcommand does.");
    static final Flag FORMAT = value(
                    "format",
                    "text|json|sarif|gitlab",
                    "How check, --check, plan and --dryrun write; sarif and gitlab are for checks.")
            .defaultsTo("text");
    static final Flag DRYRUN = toggle(
            "dryrun",
            "Print the plan; build and push nothing. (The variable KANIKO_PRINT_PLAN prints it, and builds.)");

    static final List<Flag> ALL = List.of(
            CONTEXT,
            CONTEXT_SUB_PATH,
            DOCKERFILE,
            BUILD_ARG,
            BUILD_ARG_FILE,
            TARGET,
            PLATFORM,
            PLATFORMS,
            SECRET,
            SSH,
            BUILD_CONTEXT,
            GIT,
            BUCKET,
            CONTEXT_MAX_SIZE,
            CHECK,
            FORMAT,
            DRYRUN);

    private SourceFlags() {}
}
