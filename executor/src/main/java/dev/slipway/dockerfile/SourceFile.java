package dev.slipway.dockerfile;

import java.util.List;

/**
 * The physical lines of a Dockerfile under the name that the user knows it by, kept so that messages can quote them.
 * Line ends are not part of the lines.
 */
public record SourceFile(String name, List<String> lines) {
    public SourceFile {
        lines = List.copyOf(lines);
    }

    /** The line with this number, counted from 1; empty behind the end. */
    public String line(int number) {
        return number <= lines.size() ? lines.get(number - 1) : "";
    }
}
