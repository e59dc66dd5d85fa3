package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.MemberType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnouncedTest {
    private static final String PEER = "spiffe://there.example/carnet";

    private static MemberLine file(String path, long size) {
        return MemberLine.newBuilder()
                .setType(MemberType.MEMBER_TYPE_FILE)
                .setPath(ByteString.copyFromUtf8(path))
                .setMode(0644)
                .setSize(size)
                .build();
    }

    private static MemberLine directory(String path) {
        return MemberLine.newBuilder()
                .setType(MemberType.MEMBER_TYPE_DIRECTORY)
                .setPath(ByteString.copyFromUtf8(path))
                .setMode(0755)
                .build();
    }

    @Test
    void counts_what_it_takes() {
        Announced announced = new Announced(PEER, null, true);
        announced.check(directory("."));
        announced.check(directory("a"));
        announced.check(file("a-b", 3));
        announced.check(file("a/c", 4));
        assertThat(announced.files()).isEqualTo(2);
        assertThat(announced.bytes()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../x", "/etc/passwd", "a/../b", "a//b", "", "a/", "a\0b", "./a", "..", ".carnet", "a/.carnet/b"
            })
    void refuses_a_path_that_escapes(String path) {
        Announced announced = new Announced(PEER, ".", false);
        assertThatThrownBy(() -> announced.check(file(path, 1))).isInstanceOfSatisfying(TransferException.class, e -> {
            assertThat(e.code()).isIn(Code.BAD_NAME, Code.PROTOCOL);
            assertThat(e).hasMessageContaining(PEER);
        });
    }

    @Test
    void refuses_members_out_of_order_and_twice() {
        Announced announced = new Announced(PEER, "b", false);
        assertThatThrownBy(() -> announced.check(file("a", 1))).hasMessageContaining("order of a tree");
        assertThatThrownBy(() -> announced.check(file("b", 1))).hasMessageContaining("order of a tree");
    }

    @Test
    void refuses_a_second_root_and_a_missing_one() {
        assertThatThrownBy(() -> new Announced(PEER, null, true).check(file("a", 1)))
                .hasMessageContaining("root");
        assertThatThrownBy(() -> new Announced(PEER, "a", false).check(directory(".")))
                .hasMessageContaining("root");
    }

    @Test
    void refuses_sizes_beyond_the_limit() {
        assertThatThrownBy(() -> new Announced(PEER, ".", false).check(file("a", (1L << 53) + 1)))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
        assertThatThrownBy(() -> new Announced(PEER, ".", false).check(file("a", -1)))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
    }
}
