package dev.slipway.dockerfile;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Dockerfile (or a .dockerignore) that can't be built, told the way its author needs it: the place, what is wrong, the
 * line itself with a mark below, what was expected and, where one is near, the right spelling. Exit code 65.
 */
public final class DockerfileException extends Exception {
    private static final long serialVersionUID = 1;

    private final String file;
    private final transient SourceRange range;
    private final String problem;
    private final @Nullable String expectation;

    DockerfileException(SourceFile file, SourceRange range, String problem, @Nullable String expectation) {
        super(new Excerpt(file, range).message(problem, expectation));
        this.file = file.name();
        this.range = range;
        this.problem = problem;
        this.expectation = expectation;
    }

    static DockerfileException at(InstructionSource source, String problem, @Nullable String expectation) {
        return new DockerfileException(
                source.file(), source.range(0, source.text().length()), problem, expectation);
    }

    /** Points at a part of the instruction's joined text. */
    static DockerfileException at(
            InstructionSource source, int from, int to, String problem, @Nullable String expectation) {
        return new DockerfileException(source.file(), source.range(from, to), problem, expectation);
    }

    /** Points at the first place behind the keyword where the instruction says {@code word}, else at all of it. */
    public static DockerfileException atWord(
            InstructionSource source, String word, String problem, @Nullable String expectation) {
        int from = word.isEmpty()
                ? -1
                : source.text().indexOf(word, source.keyword().length());
        return from < 0
                ? at(source, problem, expectation)
                : at(source, from, from + word.length(), problem, expectation);
    }

    /** The name of the file as the user knows it. */
    public String file() {
        return file;
    }

    public SourceRange range() {
        return range;
    }

    /** What is wrong, in one sentence and without the place. */
    public String problem() {
        return problem;
    }

    /** What would be right. */
    public Optional<String> expectation() {
        return Optional.ofNullable(expectation);
    }
}
