package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.wire.v1.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a failure is called on the wire. */
class FailuresTest {
    @ParameterizedTest
    @CsvSource({
        "BAD_NAME, SOURCE, BAD_NAME",
        "BAD_TYPE, SOURCE, BAD_SOURCE",
        "IN_THE_WAY, SOURCE, BAD_SOURCE",
        "IN_THE_WAY, DESTINATION, BAD_NAME",
        "BAD_TYPE, DESTINATION, STORAGE",
        "PERMISSION, SOURCE, BAD_SOURCE",
        "PERMISSION, DESTINATION, STORAGE",
        "NOT_ALLOWED, SOURCE, POLICY",
        "NAME_CONFLICT, DESTINATION, NAME_CONFLICT",
        "LIMIT, SOURCE, LIMIT",
        "CHANGED, SOURCE, SOURCE_CHANGED",
        "EXISTS, DESTINATION, NAME_TAKEN",
        "READ_ONLY, DESTINATION, READ_ONLY",
        "NO_SPACE, DESTINATION, NO_SPACE",
        "CROSS_DEVICE, DESTINATION, STORAGE",
        "IO, DESTINATION, STORAGE",
    })
    void what_a_disk_says_has_a_code(VolumeException.Kind kind, Role role, Code code) {
        TransferException failure = Failures.of(new VolumeException(kind, "what it says"), role);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessage("what it says");
    }

    @Test
    void what_nobody_foresaw_is_a_bug_and_what_has_a_code_keeps_it() {
        assertThat(Failures.of(new IllegalStateException("x"), Role.SOURCE).code())
                .isEqualTo(Code.INTERNAL);
        TransferException known = new TransferException(Code.EXPIRED, "y");
        assertThat(Failures.of(known, Role.SOURCE)).isSameAs(known);
    }
}
