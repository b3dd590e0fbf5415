package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.slipway.progress.FailureClass;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildFilesTest {
    @TempDir
    Path directory;

    private Path context;
    private Path elsewhere;

    @BeforeEach
    void makeDirectories() throws Exception {
        context = Files.createDirectories(directory.resolve("context/docker")).getParent();
        elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    }

    private BuildFiles read(String dockerfile) throws Exception {
        return BuildFiles.read(BuildRequest.of(context)
                .workingDirectory(elsewhere)
                .dockerfile(dockerfile)
                .build());
    }

    @Test
    void looksInTheContextBeforeTheWorkingDirectory() throws Exception {
        Files.writeString(context.resolve("Dockerfile"), "FROM scratch AS context\n");
        Files.writeString(elsewhere.resolve("Dockerfile"), "FROM scratch AS elsewhere\n");
        Files.writeString(elsewhere.resolve("other"), "FROM scratch AS other\n");
        assertThat(read("Dockerfile").dockerfile().stages().getFirst().name()).contains("context");
        assertThat(read("other").dockerfile().stages().getFirst().name()).contains("other");
        assertThat(read(elsewhere + "/Dockerfile")
                        .dockerfile()
                        .stages()
                        .getFirst()
                        .name())
                .contains("elsewhere");
    }

    @Test
    void prefersTheIgnoreFileThatBearsTheDockerfilesName() throws Exception {
        Files.writeString(context.resolve("docker/app"), "FROM scratch\n");
        Files.writeString(context.resolve(".dockerignore"), "a\nb\n");
        assertThat(read("docker/app").ignoreName()).isEqualTo(".dockerignore");
        Files.writeString(context.resolve("docker/app.dockerignore"), "c\n");
        assertThat(read("docker/app").ignoreName()).isEqualTo("docker/app.dockerignore");
    }

    @Test
    void namesTheSpellingThatIsThere() throws Exception {
        Files.writeString(context.resolve("dockerfile"), "FROM scratch\n");
        assertThatThrownBy(() -> read("Dockerfile"))
                .hasMessageContaining("there is \"dockerfile\"")
                .asInstanceOf(type(BuildException.class))
                .extracting(BuildException::failure)
                .isEqualTo(FailureClass.CONTEXT);
    }

    @Test
    void followsLinksInsideTheContextOnly() throws Exception {
        Files.writeString(elsewhere.resolve("secret"), "hunter2\n");
        Files.writeString(context.resolve("docker/real"), "FROM scratch AS real\n");
        Files.createSymbolicLink(context.resolve("Dockerfile"), Path.of("/docker/real"));
        Files.createSymbolicLink(context.resolve("outside"), elsewhere.resolve("secret"));
        Files.createSymbolicLink(context.resolve(".dockerignore"), Path.of("../elsewhere/secret"));
        assertThat(read("Dockerfile").dockerfile().stages().getFirst().name()).contains("real");
        assertThat(read("Dockerfile").ignore().excludes("hunter2".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThatThrownBy(() -> read("outside"))
                .hasMessageContaining("is a link to nothing in the context")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void saysThatADirectoryIsNoDockerfile() {
        assertThatThrownBy(() -> read("docker")).hasMessageContaining("is a directory");
    }

    @Test
    void aDockerfileFromElsewhereHasTheContextsOwnIgnoreFile() throws Exception {
        Files.writeString(context.resolve("Dockerfile.dockerignore"), "other\n");
        Files.writeString(context.resolve(".dockerignore"), "general\n");
        BuildFiles files = BuildFiles.read(BuildRequest.of(context)
                .dockerfile(new DockerfileSource.Given("given", "FROM scratch\n".getBytes(StandardCharsets.UTF_8)))
                .build());
        assertThat(files.dockerfile().file().name()).isEqualTo("given");
        assertThat(files.ignoreName()).isEqualTo(".dockerignore");
    }
}
