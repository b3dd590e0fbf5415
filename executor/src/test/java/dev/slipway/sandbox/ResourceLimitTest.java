package dev.slipway.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.slipway.sandbox.ResourceLimit.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code --ulimit} is read. */
class ResourceLimitTest {
    @Test
    void readsSoftAndHardLimits() {
        assertThat(ResourceLimit.parse("nofile=1024:2048")).isEqualTo(new ResourceLimit(Resource.NOFILE, 1024, 2048));
        assertThat(ResourceLimit.parse("core=0")).isEqualTo(new ResourceLimit(Resource.CORE, 0, 0));
        assertThat(ResourceLimit.parse("memlock=-1"))
                .isEqualTo(new ResourceLimit(Resource.MEMLOCK, ResourceLimit.UNLIMITED, ResourceLimit.UNLIMITED));
        assertThat(ResourceLimit.parse("stack=8192:-1"))
                .isEqualTo(new ResourceLimit(Resource.STACK, 8192, ResourceLimit.UNLIMITED));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nofile | write NAME=SOFT",
                "nofile:1=2 | write NAME=SOFT",
                "nofile=1:2:3 | write NAME=SOFT",
                "files=1 | no limit \"files\"; there are cpu, fsize",
                "nofile=many | \"many\" is no whole number",
                "nofile=-2 | -1 for none",
                "nofile=2:1 | soft limit 2 is more than the hard limit 1",
                "nofile=-1:1 | soft limit -1 is more than the hard limit 1",
            })
    void saysWhatIsWrong(String text, String words) {
        assertThatThrownBy(() -> ResourceLimit.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}
