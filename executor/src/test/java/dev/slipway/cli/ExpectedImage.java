package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.slipway.fixture.image.Image;
import dev.slipway.fixture.image.Layer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What matters in an image, line by line, and what a build must be given to make it:
 *
 * <pre>
 * flag --build-arg=A=B       given to the build, as is
 * variable NAME VALUE        in the executor's environment
 * said words                 by the executor, once
 * file /path 755 0:0         mode and owner of a file or directory
 * text /path words           what a file's content holds
 * link /path target          a symbolic link
 * absent /path               nothing of that name
 * only a b c                 these paths and no others
 * nowhere words              in no file and not in the config
 * config /Pointer JSON       a part of the container's config; null for nothing
 * image /pointer JSON        the same of the image's config
 * env NAME=VALUE             one of its variables
 * layers 3                   how many
 * history words              in what the image tells of how it was made
 * unsaid words               not in it
 * </pre>
 */
record ExpectedImage(List<Line> lines) {
    private static final ObjectMapper JSON = new ObjectMapper();

    ExpectedImage {
        lines = List.copyOf(lines);
    }

    /** A verb and what follows. */
    record Line(String verb, String first, String rest) {
        static Line parse(String text) {
            String[] words = text.split(" ", 3);
            return new Line(words[0], words[1], words.length > 2 ? words[2] : "");
        }

        String path() {
            return first.substring(1);
        }

        String both() {
            return rest.isEmpty() ? first : first + " " + rest;
        }
    }

    static ExpectedImage parse(List<String> lines) {
        return new ExpectedImage(lines.stream().map(Line::parse).toList());
    }

    List<Line> all(String verb) {
        return lines.stream().filter(line -> line.verb().equals(verb)).toList();
    }

    /** Whether enough of the result is looked at to tell it from another. */
    boolean saysSomething() {
        return lines.size() - all("flag").size() - all("variable").size() > 2;
    }

    void check(Image image) throws IOException {
        List<Layer> layers = Layer.all(image);
        List<Layer.Entry> files = Layer.flatten(layers);
        for (Line line : lines) {
            check(line, image, layers, files);
        }
    }

    private static void check(Line line, Image image, List<Layer> layers, List<Layer.Entry> files) throws IOException {
        switch (line.verb()) {
            case "flag", "variable", "ignore", "at", "said" -> {}
            case "file" ->
                assertThat(file(line, files).modeAndOwner()).as("%s", line).isEqualTo(line.rest());
            case "text" ->
                assertThat(file(line, files).content()).as("%s", line).contains(line.rest());
            case "link" ->
                assertThat(file(line, files).linkName()).as("%s", line).isEqualTo(line.rest());
            case "absent" -> assertThat(find(line.path(), files)).as("%s", line).isEmpty();
            case "only" ->
                assertThat(files.stream().map(Layer.Entry::path))
                        .as("%s", line)
                        .containsExactlyInAnyOrder(line.both().split(" "));
            case "nowhere" -> {
                assertThat(image.config().toString()).doesNotContain(line.both());
                assertThat(layers.stream().flatMap(layer -> layer.entries().stream()))
                        .as("%s", line)
                        .noneMatch(entry -> entry.content().contains(line.both()));
            }
            case "config" ->
                assertThat(image.config().path("config").at(line.first()))
                        .as("%s", line)
                        .isEqualTo(wanted(line));
            case "image" ->
                assertThat(image.config().at(line.first())).as("%s", line).isEqualTo(wanted(line));
            case "env" ->
                assertThat(image.config().at("/config/Env"))
                        .as("%s", line)
                        .anyMatch(variable -> variable.asText().equals(line.both()));
            case "history" ->
                assertThat(image.config().path("history").toString())
                        .as("%s", line)
                        .contains(line.both());
            case "unsaid" ->
                assertThat(image.config().path("history").toString())
                        .as("%s", line)
                        .doesNotContain(line.both());
            case "layers" -> assertThat(layers).as("%s", line).hasSize(Integer.parseInt(line.first()));
            default -> throw new AssertionError("there is no such verb: " + line);
        }
    }

    private static JsonNode wanted(Line line) throws IOException {
        return line.rest().equals("null") ? MissingNode.getInstance() : JSON.readTree(line.rest());
    }

    /** The file; where the layer has a hard link, the file that it leads to. */
    private static Layer.Entry file(Line line, List<Layer.Entry> files) {
        Layer.Entry entry = find(line.path(), files)
                .orElseThrow(() -> new AssertionError(line + ": there are only "
                        + files.stream()
                                .map(Layer.Entry::path)
                                .filter(path -> !path.startsWith("bin/") && !path.startsWith("usr/local/bin/"))
                                .toList()));
        return entry.isHardLink() ? find(entry.linkName(), files).orElseThrow() : entry;
    }

    private static Optional<Layer.Entry> find(String path, List<Layer.Entry> files) {
        return files.stream().filter(entry -> entry.path().equals(path)).findFirst();
    }
}
