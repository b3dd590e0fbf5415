package dev.slipway.dockerfile;

import java.util.List;
import java.util.Locale;

/**
 * The first level: an instruction's line cut into keyword, flags and rest, without looking at what they mean.
 *
 * @param flags the words in front that begin with {@code --}, unquoted
 * @param arguments the rest, without blanks around it
 * @param argumentsAt where that begins in the source's text
 */
record SyntaxNode(
        InstructionSource source, List<Flag> flags, String arguments, int argumentsAt, List<Heredoc> heredocs) {
    /** A flag as written, with its place in the source's text. */
    record Flag(String text, int from, int to) {
        String name() {
            int equals = text.indexOf('=');
            return equals < 0 ? text : text.substring(0, equals);
        }
    }

    String name() {
        return source.keyword().toUpperCase(Locale.ROOT);
    }

    SyntaxNode with(List<Heredoc> found, int endLine) {
        return new SyntaxNode(source.endingAt(endLine), flags, arguments, argumentsAt, List.copyOf(found));
    }

    DockerfileException refuse(String problem, String expectation) {
        return DockerfileException.at(source, problem, expectation);
    }

    /** Points at what follows the flags, or at the keyword if nothing does. */
    DockerfileException refuseArguments(String problem, String expectation) {
        return arguments.isEmpty()
                ? DockerfileException.at(source, 0, source.keyword().length(), problem, expectation)
                : DockerfileException.at(source, argumentsAt, argumentsAt + arguments.length(), problem, expectation);
    }

    /** Points at the first place of a word among the arguments. */
    DockerfileException refuseWord(String word, String problem, String expectation) {
        int at = word.isEmpty() ? -1 : source.text().indexOf(word, argumentsAt);
        return at < 0
                ? refuseArguments(problem, expectation)
                : DockerfileException.at(source, at, at + word.length(), problem, expectation);
    }
}
