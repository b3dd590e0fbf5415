package dev.slipway.registry;

import java.util.Set;
import java.util.TreeSet;

/** What a token is asked for, as Docker's token servers read it: {@code repository:NAME:pull,push}. */
record Scope(String repository, Direction direction) {

    @Override
    public String toString() {
        return "repository:" + repository
                + switch (direction) {
                    case PULL -> ":pull";
                    case PUSH -> ":pull,push";
                };
    }

    static Set<String> texts(Iterable<Scope> scopes) {
        Set<String> texts = new TreeSet<>();
        scopes.forEach(scope -> texts.add(scope.toString()));
        return texts;
    }
}
