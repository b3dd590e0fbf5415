package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.slipway.context.ContextResolver;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Whoever asks is told which contexts there are. */
class ShownContextsTest {
    private static final List<String> SCHEMES = List.of(
            "dir:///",
            "tar:///",
            "tar://stdin",
            "s3://",
            "gs://",
            ".blob.core.windows.net/",
            "git://",
            "git@",
            "ssh://",
            "https://host/",
            "http://");

    @AutoClose
    private final CommandLine command = new CommandLine();

    @Test
    void theHelpListsWhatEachResolverTakes() {
        String help = command.succeeds("--help").out();
        assertThat(help).contains(SCHEMES).contains(forms());
    }

    @Test
    void doctorListsWhatEachResolverTakes() throws Exception {
        assertThat(command.succeeds("doctor").out()).contains(forms());
        String json = command.succeeds("doctor", "--format=json").out();
        assertThat(new ObjectMapper().readTree(json).path("contexts").findValuesAsText("subject"))
                .containsAll(forms());
    }

    private static List<String> forms() {
        List<String> forms = ServiceLoader.load(ContextResolver.class).stream()
                .flatMap(resolver -> resolver.get().forms().stream())
                .toList();
        assertThat(forms).hasSizeGreaterThan(10);
        return forms;
    }
}
