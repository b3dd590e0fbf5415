package dev.slipway.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a Dockerfile holds, it is read or refused, and in time that grows with its length only. */
class RobustnessTest {
    private static final List<String> PIECES = List.of(
            "FROM scratch\n",
            "FROM a AS b\n",
            "RUN ",
            "COPY ",
            "ADD ",
            "ENV ",
            "LABEL ",
            "ARG ",
            "EXPOSE ",
            "HEALTHCHECK ",
            "ONBUILD ",
            "VOLUME ",
            "SHELL ",
            "STOPSIGNAL ",
            "CMD ",
            "WORKDIR ",
            "USER ",
            "<<EOF",
            "<<-'A'",
            "EOF\n",
            "A\n",
            "\\\n",
            "\\",
            "`",
            "\n",
            "\r\n",
            "\t",
            " ",
            "#",
            "# escape=`\n",
            "# check=skip=x\n",
            "\"",
            "'",
            "[",
            "]",
            "{",
            "}",
            "$",
            "${A:-",
            "${A/",
            "${A##",
            "$A",
            "/",
            "*",
            "?",
            "--",
            "--mount=",
            "type=cache,",
            "target=/x",
            "--from=b",
            "=",
            ",",
            "a=b",
            "80-90/udp",
            "null",
            "\\u12",
            "é",
            "\uFEFF",
            "\0",
            "CMD",
            "NONE",
            ":",
            "!",
            "--interval=5s",
            "--chmod=u+x");

    @Property(tries = 3_000, shrinking = ShrinkingMode.BOUNDED)
    void anyTextIsReadOrRefused(@ForAll("texts") String text) {
        Optional<DockerfileException> refusal = RefusalsTest.refusal(text.getBytes(StandardCharsets.UTF_8));
        refusal.ifPresent(refused -> {
            assertThat(refused.problem()).isNotBlank();
            assertThat(refused.range().startLine()).isPositive();
        });
    }

    @Property(tries = 500)
    void anyBytesAreReadOrRefused(@ForAll byte[] content) {
        assertThat(RefusalsTest.refusal(content)).isPresent();
    }

    @Property(tries = 1_000)
    void anyIgnoreFileIsReadOrRefused(@ForAll("texts") String text, @ForAll byte[] path) {
        try {
            DockerIgnore ignore = DockerIgnore.parse(".dockerignore", text.getBytes(StandardCharsets.UTF_8));
            assertThat(ignore.excludes(path)).isEqualTo(ignore.excludes(path));
        } catch (DockerfileException refused) {
            assertThat(refused).hasMessageContaining(".dockerignore");
        }
    }

    @Property(tries = 1_000)
    void checksNeverFailInAnotherWay(@ForAll("texts") String text) {
        try {
            Dockerfile dockerfile =
                    Dockerfile.parse("Dockerfile", ("FROM x\n" + text).getBytes(StandardCharsets.UTF_8));
            assertThat(Checks.run(dockerfile, ChecksTest.inputs(Optional.empty()))
                            .findings())
                    .isNotNull();
        } catch (DockerfileException refused) {
            assertThat(refused).hasMessageContaining("Dockerfile");
        }
    }

    @Property(tries = 500)
    void aReplacedPatternAgreesWithItsPieces(@ForAll("words") String value, @ForAll("words") String part)
            throws DockerfileException {
        String quoted = "'" + part + "'";
        assertThat(Parsing.expand("${V//" + quoted + "/}", "V", value))
                .isEqualTo(part.isEmpty() ? value : value.replace(part, ""));
        assertThat(Parsing.expand("${V#" + quoted + "}", "V", part + value)).isEqualTo(value);
        assertThat(Parsing.expand("${V%" + quoted + "}", "V", value + part)).isEqualTo(value);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(PIECES).list().ofMaxSize(40).map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings().withChars("ab.+(é").ofMaxLength(12);
    }

    @Test
    void tenMegabytesOfContinuationsAreReadInSeconds() {
        readsInTime("RUN echo a \\\n  && echo b \\\n", 10 << 20);
    }

    @Test
    void timeGrowsWithTheLengthOnly() {
        for (String piece :
                List.of("ENV A=\"b c\" D=$E\n", "COPY <<E /x\nbody\nE\n", "# comment\n", "LABEL a=b\\\n", "\n")) {
            readsInTime(piece, 1 << 20);
        }
    }

    /**
     * Eight times the length takes about eight times the work, not sixty-four times: measured in processor time of this
     * thread, the best of each length. While the compiler still changes its mind about the code, single rounds are off by
     * far more than that, so rounds go on until the best of them agree; where work grows as the square, none ever does.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ENV A=\"b c\" D=$E\n",
                "LABEL a=${A:-${B:-c}} \\\n  b=c\n",
                "COPY <<E /x\nbody $A\nE\n",
                "# comment\n",
                "RUN --mount=type=cache,target=/a true\n",
                "FROM scratch AS a\n",
                "ARG A=$A\n",
                "EXPOSE 80/TCP\n",
                "CMD [\"a\", \"b\"]\n",
                "COPY <<E <<F /x/\n$A\nE\n$B\nF\n",
                "\n"
            })
    void workGrowsAsTheLengthDoes(String piece) {
        long small = Long.MAX_VALUE;
        long large = Long.MAX_VALUE;
        for (int round = 0; round < 5 || (round < 40 && large / 32 >= small); round++) {
            small = Math.min(small, work(piece, 1 << 16));
            large = Math.min(large, work(piece, 1 << 19));
        }
        assertThat(large / (double) small)
                .as("%s: %d ns, then %d ns", piece, small, large)
                .isLessThan(32);
    }

    /** The same for what one instruction, or a chain of stages, may have many of. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "LABEL #=$v# \\\n",
                "ENV TOKEN_#=1 \\\n",
                "FROM s# AS s%\nENV V#=1\n",
                "FROM a AS s%\nCOPY --from=s# a b\n"
            })
    void workGrowsAsTheNumberOfItsPartsDoes(String part) {
        long small = Long.MAX_VALUE;
        long large = Long.MAX_VALUE;
        for (int round = 0; round < 5 || (round < 40 && large / 32 >= small); round++) {
            small = Math.min(small, work(numbered(part, 500)));
            large = Math.min(large, work(numbered(part, 4_000)));
        }
        assertThat(large / (double) small)
                .as("%s: %d ns, then %d ns", part, small, large)
                .isLessThan(32);
    }

    private static String numbered(String part, int times) {
        StringBuilder text = new StringBuilder("FROM a AS s0\n");
        String keyword = part.startsWith("FROM") ? "" : part.substring(0, part.indexOf(' ') + 1);
        text.append(keyword);
        for (int at = 0; at < times; at++) {
            text.append(part.substring(keyword.length())
                    .replace("#", Integer.toString(at))
                    .replace("%", Integer.toString(at + 1)));
        }
        return text.append(keyword.isEmpty() ? "" : "z=1").toString();
    }

    private static long work(String piece, int size) {
        return work("FROM scratch\n" + piece.repeat(size / piece.length()));
    }

    private static long work(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        long start = thread.getCurrentThreadCpuTime();
        DockerfileFuzz.fuzzerTestOneInput(content);
        return thread.getCurrentThreadCpuTime() - start;
    }

    /** The limit is far above what is needed even on a busy machine, and far below what a square would take. */
    private static void readsInTime(String piece, int size) {
        byte[] content = ("FROM scratch\n" + piece.repeat(size / piece.length())).getBytes(StandardCharsets.UTF_8);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> RefusalsTest.refusal(content), piece);
    }

    @Test
    void checksOfManyVariablesTakeNoPower() throws DockerfileException {
        StringBuilder text = new StringBuilder("FROM x\n");
        for (int at = 0; at < 30_000; at++) {
            text.append("ENV A").append(at).append("=$B\n");
        }
        Dockerfile dockerfile = Dockerfile.parse("Dockerfile", text.toString().getBytes(StandardCharsets.UTF_8));
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThat(Checks.run(dockerfile, ChecksTest.inputs(Optional.empty()))
                                .findings())
                        .hasSize(30_000));
    }

    @Test
    void deepNestingIsRefusedAndLongPatternsTakeNoPower() {
        int depth = 20_000;
        for (String word : List.of(
                "${A:-".repeat(depth) + "}".repeat(depth),
                "\"${A:-\"".repeat(depth),
                "${V" + "/*a".repeat(depth) + "/x}",
                "${V%%" + "*a".repeat(depth) + "}",
                "[".repeat(depth) + "]".repeat(depth),
                "\"".repeat(depth))) {
            for (String start : List.of("LABEL a=", "RUN ", "CMD ", "RUN <<E ", "COPY a ")) {
                byte[] content = ("FROM scratch\n" + start + word).getBytes(StandardCharsets.UTF_8);
                assertTimeoutPreemptively(Duration.ofSeconds(60), () -> RefusalsTest.refusal(content));
            }
        }
    }
}
