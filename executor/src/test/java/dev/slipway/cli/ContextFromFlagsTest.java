package dev.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContextFromFlagsTest {

    @ParameterizedTest
    @CsvSource({
        "--bucket=sources, , gs://sources",
        "--bucket=sources, --context=app.tar.gz, gs://sources/app.tar.gz",
        "-b=sources/, --context=/team/app/, gs://sources/team/app/",
        "--bucket=s3://sources, --context=app.tar.gz, s3://sources/app.tar.gz",
        "--bucket=, --context=dir:///src, dir:///src"
    })
    void aBucketMakesTheContextAnObjectOfIt(String bucket, String context, String uri) throws Exception {
        assertThat(ContextFromFlags.uri(given(context == null ? List.of(bucket) : List.of(bucket, context))))
                .isEqualTo(uri);
    }

    @Test
    void aBucketAndAUriContradictEachOther() {
        assertThatThrownBy(() -> ContextFromFlags.uri(given(List.of("--bucket=sources", "--context=s3://b/k"))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("give --context alone");
    }

    private static GivenFlags given(List<String> arguments) throws UsageException {
        return new FlagParser(FlagTable.flags(FlagTable.BUILD)).parse(arguments, Map.of());
    }
}
