package dev.slipway.dockerfile;

import java.util.ArrayList;
import java.util.List;

/**
 * What COPY or ADD takes, and where to.
 *
 * @param paths the sources that are no heredocs, in order
 * @param inlineFiles heredocs: files named by their delimiters, mode 0644, owner 0:0
 */
public record CopySources(List<String> paths, List<Heredoc> inlineFiles, String destination) {
    public CopySources {
        paths = List.copyOf(paths);
        inlineFiles = List.copyOf(inlineFiles);
    }

    CopySources expand(InstructionSource source, Expander expander) throws DockerfileException {
        List<Heredoc> files = new ArrayList<>();
        for (Heredoc file : inlineFiles) {
            files.add(file.expanding() ? expander.heredoc(source, file) : file);
        }
        return new CopySources(expander.words(source, paths), files, expander.word(source, destination));
    }
}
