package dev.slipway.dockerfile;

import org.jspecify.annotations.Nullable;

/** A word that can't be expanded: what is wrong with which part of it, to be told with the place in the file. */
final class BadWord extends Exception {
    private static final long serialVersionUID = 1;
    private final int from;
    private final int to;
    private final String problem;
    private final @Nullable String expectation;

    BadWord(int from, int to, String problem, @Nullable String expectation) {
        super(problem, null, false, false);
        this.from = from;
        this.to = to;
        this.problem = problem;
        this.expectation = expectation;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    String problem() {
        return problem;
    }

    @Nullable
    String expectation() {
        return expectation;
    }
}
