package dev.slipway.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.build.Accounts.Identity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccountsTest {
    private static final Accounts ACCOUNTS = Accounts.parse(
            bytes("root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:\nshort:x:7\n# none:x:9:9\n"),
            bytes("root:x:0:\napp:x:1001:\nextra:x:2000:app,other\n"));

    @Test
    void aUserAloneBringsItsGroupsAlong() throws Exception {
        assertThat(ACCOUNTS.identify("app")).isEqualTo(new Identity(1000, 1001, List.of(2000)));
        assertThat(ACCOUNTS.identify("1000")).isEqualTo(new Identity(1000, 1001, List.of(2000)));
    }

    @Test
    void aGroupMeansNoOthers() throws Exception {
        assertThat(ACCOUNTS.identify("app:extra")).isEqualTo(new Identity(1000, 2000, List.of()));
        assertThat(ACCOUNTS.identify("1000:5")).isEqualTo(new Identity(1000, 5, List.of()));
    }

    @Test
    void numbersNeedNobodyToKnowThem() throws Exception {
        assertThat(ACCOUNTS.identify("4242")).isEqualTo(new Identity(4242, 0, List.of()));
    }

    @Test
    void aUsersOwnGroupIsAmongItsGroups() throws Exception {
        assertThat(ACCOUNTS.identify("app").groups()).containsExactly(1001, 2000);
        assertThat(ACCOUNTS.identify("app:extra").groups()).containsExactly(2000);
        assertThat(ACCOUNTS.identify("4242").groups()).containsExactly(0);
    }

    @Test
    void aNumberThatTheKernelTakesForNoChangeIsNobodys() throws Exception {
        assertThatThrownBy(() -> ACCOUNTS.identify("4294967295")).hasMessageContaining("no user \"4294967295\"");
        assertThatThrownBy(() -> ACCOUNTS.identify("4294967295:1")).hasMessageContaining("no user \"4294967295\"");
        assertThatThrownBy(() -> ACCOUNTS.identify("2147483648")).hasMessageContaining("from 0 to 2147483647");
        assertThat(ACCOUNTS.identify("1:2147483648").gid()).isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void noUserIsRoot() throws Exception {
        assertThat(ACCOUNTS.identify("")).isEqualTo(Identity.ROOT);
    }

    @Test
    void unknownNamesAreSaid() {
        assertThatThrownBy(() -> ACCOUNTS.identify("ghost")).hasMessageContaining("user \"ghost\"");
        assertThatThrownBy(() -> ACCOUNTS.identify("app:ghosts")).hasMessageContaining("group \"ghosts\"");
    }

    @Test
    void homeIsTheRootWhereNobodySays() {
        assertThat(ACCOUNTS.home(1000)).isEqualTo("/home/app");
        assertThat(ACCOUNTS.home(7)).isEqualTo("/");
        assertThat(ACCOUNTS.home(99)).isEqualTo("/");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
