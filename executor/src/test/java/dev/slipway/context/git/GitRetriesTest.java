package dev.slipway.context.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.context.BuildContext;
import dev.slipway.context.ContextException;
import dev.slipway.fixture.git.GitHttpServer;
import dev.slipway.fixture.git.GitHttpServer.Manners;
import dev.slipway.fixture.git.GitRepository;
import dev.slipway.fixture.registry.FaultProxy;
import java.time.Duration;
import java.util.Map;
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

    private static String first = "";
    private static String second = "";

    @BeforeAll
    static void makeARepository() {
        GitRepository app = SERVED.create("team/app");
        first = app.file("a.txt", "first").commit("first");
        second = app.file("a.txt", "second").commit("second");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 50, 400, 900})
    void aConnectionThatBreaksIsTriedAgain(long bytes) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(SERVED.open().host()).then(new FaultProxy.Fault.ResetAfter(bytes));
                BuildContext context = contexts.resolve("http://" + proxy.host() + "/team/app.git#main")) {
            assertThat(context.revision()).contains(second);
        }
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
