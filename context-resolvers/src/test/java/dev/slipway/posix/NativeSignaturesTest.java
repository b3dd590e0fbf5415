package dev.slipway.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A signature that the metadata lacks is noticed by nobody until a native executable makes the call. */
class NativeSignaturesTest {
    private static final String METADATA = "/META-INF/native-image/dev.slipway/posix/reachability-metadata.json";

    @Test
    void metadataListsTheSignaturesInUseAndNoOthers() throws IOException {
        String expected = Native.SIGNATURES.stream()
                .map(NativeSignaturesTest::entry)
                .collect(Collectors.joining(",", "{\"foreign\":{\"downcalls\":[", "]}}"));
        try (InputStream in = NativeSignaturesTest.class.getResourceAsStream(METADATA)) {
            assertThat(in).isNotNull();
            assertThat(new String(in.readAllBytes(), UTF_8).replaceAll("\\s", ""))
                    .isEqualTo(expected);
        }
    }

    @Test
    void everyHandleIsMadeInOnePlace() throws IOException {
        Path sources = Path.of("src/main/java/dev/slipway");
        try (var files = Files.walk(sources)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> contains(file, "downcallHandle(")))
                    .containsExactly(sources.resolve("posix/Native.java"));
        }
        assertThat(Files.readString(sources.resolve("posix/Native.java")).split("downcallHandle\\(", -1))
                .hasSize(2);
    }

    @Test
    void refusesASignatureThatIsNotListed() {
        FunctionDescriptor other = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        assertThatThrownBy(() -> Native.handle("abs", other)).isInstanceOf(IllegalArgumentException.class);
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String entry(FunctionDescriptor signature) {
        return "{\"returnType\":" + type(signature.returnLayout().orElseThrow())
                + ",\"parameterTypes\":"
                + signature.argumentLayouts().stream()
                        .map(NativeSignaturesTest::type)
                        .collect(Collectors.joining(",", "[", "]"))
                + ",\"options\":{\"captureCallState\":true}}";
    }

    private static String type(MemoryLayout layout) {
        assertThat(layout).isEqualTo(ValueLayout.JAVA_LONG);
        return "\"jlong\"";
    }
}
