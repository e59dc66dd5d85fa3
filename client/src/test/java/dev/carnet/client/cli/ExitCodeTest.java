package dev.carnet.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
    @Test
    void every_code_of_the_specification_has_its_number() {
        var internal = Arrays.stream(Code.values())
                .map(Code::name)
                .filter(code -> ExitCode.of(code) == ExitCode.INTERNAL)
                .collect(Collectors.toSet());
        assertThat(internal).isEqualTo(Set.of("CODE_UNSPECIFIED", "UNRECOGNIZED", "PROTOCOL", "INTERNAL"));
        assertThat(ExitCode.of("SOMETHING_NEW")).isEqualTo(ExitCode.INTERNAL);
        assertThat(ExitCode.of("UNREACHABLE")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(ExitCode.of("CHUNK_MISMATCH")).isEqualTo(ExitCode.MISMATCH);
        assertThat(ExitCode.of("NO_SPACE")).isEqualTo(ExitCode.NO_SPACE);
    }

    @Test
    void the_table_of_the_documentation_is_this_one() throws IOException {
        var page = Files.readString(Path.of("docs/cli.md"));
        for (ExitCode code : ExitCode.values()) {
            assertThat(page).contains("| " + code.number() + " | " + code.name() + " | " + code.meaning() + " |");
        }
    }
}
