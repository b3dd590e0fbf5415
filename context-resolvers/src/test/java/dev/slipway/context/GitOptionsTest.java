package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitOptionsTest {
    @ParameterizedTest
    @ValueSource(strings = {"1", "t", "T", "true", "TRUE", "True"})
    void whatGoTakesForTrueKeepsTheRepositorysDirectory(String value) {
        assertThat(GitOptions.isTrue(value)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "f", "F", "false", "FALSE", "False", "", "yes", "on", "tRUE", " true", "2"})
    void whatGoTakesForFalseOrForNothingDoesNot(String value) {
        assertThat(GitOptions.isTrue(value)).isFalse();
    }

    @Test
    void theFlagsPartsAreNamesWithValues() {
        assertThat(GitOptions.parse("branch=main, depth=3,single-branch=false,recurse-submodules,insecure-skip-tls=1"))
                .isEqualTo(new GitOptions(Optional.of("main"), false, true, true, 3, false));
        assertThat(GitOptions.parse("")).isEqualTo(GitOptions.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            branches=main|--git "branches=main": write branch=NAME, single-branch=BOOL, recurse-submodules=BOOL, \
            insecure-skip-tls=BOOL, depth=NUMBER or keep-git-dir=BOOL, parted by commas
            depth=all|--git "depth=all": write how many commits to fetch, 0 for all
            depth=-1|--git "depth=-1": write how many commits to fetch, 0 for all
            depth|--git "depth": write how many commits to fetch, 0 for all
            keep-git-dir=yes|--git "keep-git-dir=yes": write true or false
            branch=main,single-branch=no|--git "single-branch=no": write true or false
            """)
    void anotherPartIsRefusedWithWhatToWrite(String flag, String message) {
        assertThatThrownBy(() -> GitOptions.parse(flag))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
