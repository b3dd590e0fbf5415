package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What curl reads out of a {@code .netrc}. */
class NetrcTest {

    @Test
    void wordsMayStandInOneLineOrInSeveral() {
        Netrc netrc = Netrc.parse("""
                # of the team
                machine one.example login a password 1
                machine two.example
                    login b
                    account ignored
                    port 8080
                    password 2
                machine ONE.example login late password 9
                """);
        assertThat(netrc.login("one.example")).contains(new Netrc.Login("a", "1"));
        assertThat(netrc.login("TWO.example")).contains(new Netrc.Login("b", "2"));
        assertThat(netrc.login("three.example")).isEmpty();
    }

    @Test
    void aMacroEndsAtAnEmptyLine() {
        Netrc netrc = Netrc.parse("""
                machine one.example login a password 1 macdef init
                machine evil.example login e password 3

                default login anonymous password me@example
                """);
        assertThat(netrc.login("one.example")).contains(new Netrc.Login("a", "1"));
        assertThat(netrc.login("evil.example")).contains(new Netrc.Login("anonymous", "me@example"));
    }

    @Test
    void quotesHoldBlanksAndEscapes() {
        Netrc netrc = Netrc.parse("machine one.example login \"a b\" password \"say \\\"x\\\"\\\\ # y\"");
        assertThat(netrc.login("one.example")).contains(new Netrc.Login("a b", "say \"x\"\\ # y"));
    }

    @Test
    void aPasswordMayBeLong() {
        String key = "k\\".repeat(20_000);
        Netrc netrc = Netrc.parse("machine one.example login a password \"" + "k\\\\".repeat(20_000) + "\"");
        assertThat(netrc.login("one.example")).contains(new Netrc.Login("a", key));
        assertThat(Netrc.parse("machine one.example login \"" + "b".repeat(100_000))
                        .login("one.example"))
                .isPresent();
    }

    @Test
    void aWordThatMeansSomethingMayBeAValue() {
        Netrc netrc = Netrc.parse(
                "machine one.example login macdef password machine\nmachine two.example login b password 2");
        assertThat(netrc.login("one.example")).contains(new Netrc.Login("macdef", "machine"));
        assertThat(netrc.login("two.example")).contains(new Netrc.Login("b", "2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "machine", "machine a login", "machine a login b password", "login b password c"})
    void whatIsCutOffIsNobodysLogin(String text) {
        assertThat(Netrc.parse(text).login("b")).isEmpty();
    }

    @Test
    void aLoginIsNeverShown() {
        assertThat(Netrc.parse("machine a login b password s3cret").login("a")).hasToString("Optional[***]");
    }
}
