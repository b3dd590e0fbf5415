package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvocationTest {
    @TempDir
    Path process;

    private Invocation read(byte[] commandLine, String environment, int arguments) throws Exception {
        Files.write(process.resolve("cmdline"), commandLine);
        Files.writeString(process.resolve("environ"), environment);
        return Invocation.read(process, new String[arguments], Map.of());
    }

    @Test
    void readsTheLastArgumentsAsTextWhateverTheLocale() throws Exception {
        byte[] commandLine = "java\0-cp\0x\0Main\0--label=naïve=é\0\0".getBytes(StandardCharsets.UTF_8);
        assertThat(read(commandLine, "", 2).arguments()).containsExactly("--label=naïve=é", "");
    }

    @Test
    void refusesAnArgumentThatIsNotText() throws IOException {
        byte[] commandLine = "Main\0--target=\u00ff\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> read(commandLine, "", 1))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("argument 1")
                .hasMessageContaining("is not UTF-8");
    }

    @Test
    void givesTheCallersLocaleBack() throws Exception {
        byte[] commandLine = "Main\0".getBytes(StandardCharsets.UTF_8);
        assertThat(read(commandLine, "LC_ALL=C.UTF-8\0SLIPWAY_CALLER_LC_ALL=de_AT\0A=b=c\0", 0)
                        .environment())
                .containsExactlyInAnyOrderEntriesOf(Map.of("LC_ALL", "de_AT", "A", "b=c"));
        assertThat(read(commandLine, "LC_ALL=C.UTF-8\0SLIPWAY_CALLER_LC_ALL=\0", 0)
                        .environment())
                .isEmpty();
        assertThat(read(commandLine, "LC_ALL=C\0", 0).environment()).containsEntry("LC_ALL", "C");
    }

    @Test
    void warmsWhenItIsCalledWarmer() throws Exception {
        byte[] commandLine = "/kaniko/warmer\0--image=a\0".getBytes(StandardCharsets.UTF_8);
        assertThat(read(commandLine, "", 1).arguments()).containsExactly("warm", "--image=a");
        byte[] virtualMachine = "java\0warmer\0--image=a\0".getBytes(StandardCharsets.UTF_8);
        assertThat(read(virtualMachine, "", 1).arguments()).containsExactly("--image=a");
    }

    @Test
    void takesTheRunTimesWordWithoutProc() throws Exception {
        Invocation invocation = Invocation.read(process.resolve("none"), new String[] {"version"}, Map.of("A", "b"));
        assertThat(invocation).isEqualTo(new Invocation(List.of("version"), Map.of("A", "b")));
    }
}
