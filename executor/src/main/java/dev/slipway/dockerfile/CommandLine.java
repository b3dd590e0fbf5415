package dev.slipway.dockerfile;

import java.util.List;

/** What RUN, CMD, ENTRYPOINT and HEALTHCHECK run: text for a shell, or a program with its arguments. Never expanded. */
public sealed interface CommandLine {
    /** The raw text, to be handed to the image's SHELL as one argument. */
    record ShellForm(String text) implements CommandLine {}

    /** The JSON form: no shell. May be empty ({@code ENTRYPOINT []}). */
    record ExecForm(List<String> arguments) implements CommandLine {
        public ExecForm {
            arguments = List.copyOf(arguments);
        }
    }
}
