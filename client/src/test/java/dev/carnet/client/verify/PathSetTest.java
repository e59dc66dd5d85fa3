package dev.carnet.client.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class PathSetTest {

    @Test
    void holdsWhatWasAddedAndNothingElse() {
        PathSet set = new PathSet(new SecureRandom());
        for (int i = 0; i < 50_000; i++) {
            assertThat(set.contains("file-" + i)).isFalse();
            set.add("file-" + i);
            set.add("file-" + i / 2);
        }
        for (int i = 0; i < 50_000; i++) {
            assertThat(set.contains("file-" + i)).isTrue();
            assertThat(set.contains("other-" + i)).isFalse();
        }
    }
}
