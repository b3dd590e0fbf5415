package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.ContextException;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.registry.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A git server that is away for a while: what is tried again, after which pause, and what is not. */
class GitRetriesTest {

    @AutoClose
    private static final ServedRepositories SERVED = new ServedRepositories();

    @AutoClose
    private final GitContexts contexts = new GitContexts();

    private static final byte[] NOISE = new byte[1_500];

    private static String first = "";
    private static String second = "";

    @BeforeAll
    static void makeARepository() throws IOException {
        GitRepository app = SERVED.create("team/app");
        first = app.file("a.txt", "first").commit("first");
        new Random(3).nextBytes(NOISE);
        Files.write(app.work().resolve("noise"), NOISE);
        second = app.file("a.txt", "second").commit("second");
    }

    /** In what the server says of itself, in its list of names, and in the pack: wherever it breaks, the files are whole. */
    @ParameterizedTest
    @CsvSource({"0, 700", "1, 2200"})
    void aConnectionThatBreaksAnywhereIsTriedAgain(int unbroken, long answerBytes) throws Exception {
        for (long bytes = 0; bytes < answerBytes; bytes += 131) {
            boolean reset = bytes % 2 == 0;
            try (FaultProxy proxy = FaultProxy.before(SERVED.open().host())) {
                for (int connection = 0; connection < unbroken; connection++) {
                    proxy.then(new FaultProxy.Fault.None());
                }
                proxy.then(reset ? new FaultProxy.Fault.ResetAfter(bytes) : new FaultProxy.Fault.CloseAfter(bytes));
                String url = "http://" + proxy.host() + "/team/app.git#main";
                assertThat(contexts.checkOut(url, 2).commit())
                        .as("broken after %d bytes", bytes)
                        .isEqualTo(second);
                assertThat(contexts.scratch().resolve("noise")).hasBinaryContent(NOISE);
            }
            contexts.clear();
        }
        assertThat(contexts.pauses()).hasSizeGreaterThan(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1/team/app.git", "ssh://git@127.0.0.1:1/team/app.git"})
    void aServerThatIsNotThereIsTriedAgainAndNamed(String url) {
        assertThatThrownBy(() -> contexts.checkOut(url, 3))
                .isInstanceOf(ContextException.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("refused");
        assertThat(contexts.pauses()).hasSize(2);
    }

    @Test
    void aServerThatSaysNothingIsTriedAgain() throws Exception {
        try (FaultProxy proxy =
                FaultProxy.before(SERVED.open().host()).then(new FaultProxy.Fault.Delay(Duration.ofMinutes(1)))) {
            String url = "http://" + proxy.host() + "/team/app.git#main";
            assertThat(contexts.checkOut(url, 2, Duration.ofSeconds(1)).commit())
                    .isEqualTo(second);
        }
        assertThat(contexts.pauses()).hasSize(1);
        assertThat(contexts.log()).singleElement().asString().contains("timed out; trying again");
    }

    @ParameterizedTest
    @CsvSource({"/info/refs, 429", "/info/refs, 503", "/git-upload-pack, 503", "/git-upload-pack, 502"})
    void aServerThatIsBusyIsWaitedForAsItSays(String path, int status) throws Exception {
        try (GitHttpServer busy = SERVED.with(Manners.OPEN.refusing(path, 2, status, Map.of("Retry-After", "7")))) {
            contexts.checkOut(busy.url("team/app") + "#main", 3);
        }
        assertThat(contexts.pauses()).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(7));
        assertThat(contexts.log())
                .filteredOn(line -> line.contains("trying again"))
                .hasSize(2);
    }

    /** And not its whole history, which is what a server is asked for that refuses the id. */
    @Test
    void aCommitOfABusyServerIsAskedForAgain() throws Exception {
        try (GitHttpServer busy =
                SERVED.with(Manners.OPEN.refusing("/git-upload-pack", 1, 503, Map.of("Retry-After", "7")))) {
            contexts.checkOut(busy.url("team/app") + "#" + first, 3);
        }
        assertThat(contexts.pauses()).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void aServerThatStaysBusyOrWantsUsAwayForADayIsAnError() {
        try (GitHttpServer busy =
                        SERVED.with(Manners.OPEN.refusing("/info/refs", 99, 503, Map.of("Retry-After", "7")));
                GitHttpServer away =
                        SERVED.with(Manners.OPEN.refusing("/info/refs", 99, 503, Map.of("Retry-After", "86400")))) {
            assertThatThrownBy(() -> contexts.checkOut(busy.url("team/app"), 3))
                    .isInstanceOf(ContextException.class)
                    .hasMessageContaining("503");
            assertThat(contexts.pauses()).hasSize(2);
            assertThatThrownBy(() -> contexts.checkOut(away.url("team/app"), 3)).hasMessageContaining("503");
            assertThat(contexts.pauses()).hasSize(2);
        }
    }

    /** A repository's name may hold the words by which failures are told apart. */
    @Test
    void whatIsInTheUrlDoesNotCount() throws Exception {
        SERVED.create("key/not-found").file("a", "a").commit("a");
        try (GitHttpServer busy = SERVED.with(Manners.OPEN.refusing("/info/refs", 1, 500, Map.of()))) {
            contexts.checkOut(busy.url("key/not-found"), 2);
        }
        assertThat(contexts.pauses()).hasSize(1);
    }

    @Test
    void whatIsFinalIsAskedForOnce() {
        try (GitHttpServer gone = SERVED.with(Manners.OPEN.refusing("/info/refs", 99, 410, Map.of()))) {
            assertThatThrownBy(() -> contexts.checkOut(gone.url("team/app"), 3)).hasMessageContaining("410");
        }
        assertThatThrownBy(() -> contexts.checkOut(SERVED.asking().url("team/app"), 3))
                .hasMessageContaining("GIT_TOKEN");
        assertThatThrownBy(() -> contexts.checkOut(SERVED.open().url("team/none"), 3))
                .hasMessageContaining("not found");
        assertThat(contexts.pauses()).isEmpty();
    }
}
