package dev.slipway.dockerfile;

import java.util.Locale;

/** The build checks by the names that {@code # check=} directives use (spec: dockerfile.md, Build checks). */
public enum CheckRule {
    STAGE_NAME_CASING("StageNameCasing", "Stage names should be in small letters"),
    FROM_AS_CASING("FromAsCasing", "AS should be in the same case as FROM"),
    NO_EMPTY_CONTINUATION("NoEmptyContinuation", "A continued instruction should have no blank lines"),
    CONSISTENT_INSTRUCTION_CASING(
            "ConsistentInstructionCasing", "All instructions of a file should be in the same case"),
    DUPLICATE_STAGE_NAME("DuplicateStageName", "Stage names should be unique"),
    RESERVED_STAGE_NAME("ReservedStageName", "Words with a meaning of their own should not name stages"),
    JSON_ARGS_RECOMMENDED("JSONArgsRecommended", "CMD and ENTRYPOINT should be JSON arrays, so that signals arrive"),
    MAINTAINER_DEPRECATED("MaintainerDeprecated", "MAINTAINER is deprecated; a label says the same"),
    UNDEFINED_ARG_IN_FROM("UndefinedArgInFrom", "FROM should use declared arguments only"),
    WORKDIR_RELATIVE_PATH("WorkdirRelativePath", "A relative WORKDIR depends on the base image"),
    UNDEFINED_VAR("UndefinedVar", "Variables should be defined before they are used"),
    MULTIPLE_INSTRUCTIONS_DISALLOWED(
            "MultipleInstructionsDisallowed", "Of several CMD, ENTRYPOINT or HEALTHCHECK only the last counts"),
    LEGACY_KEY_VALUE_FORMAT("LegacyKeyValueFormat", "ENV and LABEL should be written key=value"),
    INVALID_BASE_IMAGE_PLATFORM("InvalidBaseImagePlatform", "The base image is for another platform"),
    REDUNDANT_TARGET_PLATFORM("RedundantTargetPlatform", "FROM is for the target platform anyway"),
    SECRETS_USED_IN_ARG_OR_ENV("SecretsUsedInArgOrEnv", "Secrets should not be in ARG or ENV"),
    INVALID_DEFAULT_ARG_IN_FROM(
            "InvalidDefaultArgInFrom", "The defaults of global ARGs should make a valid image name"),
    FROM_PLATFORM_FLAG_CONST_DISALLOWED(
            "FromPlatformFlagConstDisallowed", "FROM --platform should not be a fixed value"),
    COPY_IGNORED_FILE("CopyIgnoredFile", "A source is kept out by .dockerignore", true),
    INVALID_DEFINITION_DESCRIPTION(
            "InvalidDefinitionDescription", "A comment above ARG or FROM should begin with the name", true),
    EXPOSE_PROTO_CASING("ExposeProtoCasing", "The protocol in EXPOSE should be in small letters"),
    EXPOSE_INVALID_FORMAT("ExposeInvalidFormat", "EXPOSE should have no address and no host port");

    private static final String PAGE = "https://slipway.dev/docs/checks";

    private final String id;
    private final String description;
    private final boolean experimental;

    CheckRule(String id, String description) {
        this(id, description, false);
    }

    CheckRule(String id, String description, boolean experimental) {
        this.id = id;
        this.description = description;
        this.experimental = experimental;
    }

    /** The name in directives and in results. */
    public String id() {
        return id;
    }

    /** What it asks for, in one sentence. */
    public String description() {
        return description;
    }

    /** Whether it is told of only where a directive switches it on. */
    public boolean isExperimental() {
        return experimental;
    }

    /** Where its reason can be read, with an example: the rule's section of {@code docs/checks.md}. */
    public String url() {
        return PAGE + "#" + id.toLowerCase(Locale.ROOT);
    }
}
