package dev.slipway.context;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
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
}
