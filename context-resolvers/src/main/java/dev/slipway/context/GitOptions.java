package dev.slipway.context;

import java.util.Locale;
import java.util.Optional;

/**
 * {@code --git}: what holds for every git context of a build (contexts.md).
 *
 * @param branch the branch that is meant where the URI names none
 * @param singleBranch false asks for the history of all branches beside {@code depth}
 * @param recurseSubmodules whether submodules are fetched, theirs too
 * @param insecureSkipTls whether a server's certificate is left unverified
 * @param depth how many commits of the history come along; 0 for all of them
 * @param keepGitDirectory whether the context holds {@code .git}
 */
public record GitOptions(
        Optional<String> branch,
        boolean singleBranch,
        boolean recurseSubmodules,
        boolean insecureSkipTls,
        int depth,
        boolean keepGitDirectory) {

    /** One commit, without submodules and without {@code .git}. */
    public static final GitOptions DEFAULT = new GitOptions(Optional.empty(), true, false, false, 1, false);

    /** BuildKit's build argument for {@code keep-git-dir}. */
    public static final String KEEP_GIT_DIRECTORY = "BUILDKIT_CONTEXT_KEEP_GIT_DIR";

    private static final String FORM = "branch=NAME, single-branch=BOOL, recurse-submodules=BOOL, "
            + "insecure-skip-tls=BOOL, depth=NUMBER or keep-git-dir=BOOL, parted by commas";

    public GitOptions {
        if (depth < 0) {
            throw new IllegalArgumentException("depth is " + depth);
        }
    }

    /**
     * Reads the flag's value.
     *
     * @throws IllegalArgumentException with the words for the user, if it isn't of that form
     */
    public static GitOptions parse(String text) {
        GitOptions options = DEFAULT;
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                options = options.with(part.strip());
            }
        }
        return options;
    }

    private GitOptions with(String part) {
        int equals = part.indexOf('=');
        String name = (equals < 0 ? part : part.substring(0, equals)).toLowerCase(Locale.ROOT);
        String value = equals < 0 ? "" : part.substring(equals + 1);
        return switch (name) {
            case "branch" ->
                new GitOptions(
                        Optional.of(value).filter(given -> !given.isEmpty()),
                        singleBranch,
                        recurseSubmodules,
                        insecureSkipTls,
                        depth,
                        keepGitDirectory);
            case "single-branch" ->
                new GitOptions(branch, truth(part, value), recurseSubmodules, insecureSkipTls, depth, keepGitDirectory);
            case "recurse-submodules" -> withSubmodules(truth(part, value));
            case "insecure-skip-tls" ->
                new GitOptions(branch, singleBranch, recurseSubmodules, truth(part, value), depth, keepGitDirectory);
            case "depth" ->
                new GitOptions(
                        branch, singleBranch, recurseSubmodules, insecureSkipTls, count(part, value), keepGitDirectory);
            case "keep-git-dir" -> withGitDirectory(truth(part, value));
            default -> throw new IllegalArgumentException("--git \"%s\": write %s".formatted(part, FORM));
        };
    }

    /** Whether a build argument says yes, as Go's {@code strconv.ParseBool} reads it; anything else is no, as there. */
    public static boolean isTrue(String buildArgument) {
        return switch (buildArgument) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            default -> false;
        };
    }

    public GitOptions withSubmodules(boolean value) {
        return new GitOptions(branch, singleBranch, value, insecureSkipTls, depth, keepGitDirectory);
    }

    public GitOptions withGitDirectory(boolean value) {
        return new GitOptions(branch, singleBranch, recurseSubmodules, insecureSkipTls, depth, value);
    }

    private static boolean truth(String part, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "", "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new IllegalArgumentException("--git \"%s\": write true or false".formatted(part));
        };
    }

    private static int count(String part, String value) {
        if (!value.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    "--git \"%s\": write how many commits to fetch, 0 for all".formatted(part));
        }
        return Integer.parseInt(value);
    }
}
