package dev.slipway.e2e;

import dev.slipway.fixture.process.Completed;
import dev.slipway.fixture.process.FixtureException;
import dev.slipway.fixture.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A script of the documentation, below the heading that names what it is for. */
record Recipe(String title, String script) {
    private static final Pattern RECIPE = Pattern.compile("## ([^\n]+)\n\n```sh recipe\n(.*?)```", Pattern.DOTALL);

    /** Those of one page below {@code docs}. */
    static List<Recipe> of(String page) {
        try {
            return RECIPE.matcher(Files.readString(Path.of("../docs", page)))
                    .results()
                    .map(found -> new Recipe(found.group(1), found.group(2)))
                    .toList();
        } catch (IOException e) {
            throw new FixtureException("can't read docs/" + page, e);
        }
    }

    /**
     * Runs it as it stands, with {@code executor} in the path.
     *
     * @param names what stands for the names of servers and places in it; none is replaced twice
     */
    Completed run(Workspace workspace, Map<String, String> names, Map<String, String> environment) throws IOException {
        Pattern each = Pattern.compile(
                String.join("|", names.keySet().stream().map(Pattern::quote).toList()));
        String local = each.matcher(script)
                .replaceAll(name -> Matcher.quoteReplacement(String.valueOf(names.get(name.group()))));
        Path programs = Files.createDirectories(workspace.path("bin"));
        Path launcher = Files.writeString(
                programs.resolve("executor"),
                "#!/bin/sh\nexec %s --slipway-dir %s \"$@\"\n".formatted(Workspace.launcher(), workspace.own()));
        if (!launcher.toFile().setExecutable(true)) {
            throw new FixtureException("can't make " + launcher + " a program");
        }
        Program shell = Program.of("sh", "-euc", local)
                .in(workspace.path())
                .withVariable("HOME", workspace.path("home").toString())
                .withVariable("PATH", programs + ":" + System.getenv("PATH"));
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            shell = shell.withVariable(variable.getKey(), variable.getValue());
        }
        return shell.run();
    }

    @Override
    public String toString() {
        return title;
    }
}
