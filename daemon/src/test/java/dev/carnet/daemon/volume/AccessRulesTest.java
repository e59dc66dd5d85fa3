package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.VolumeException.Kind.NOT_ALLOWED;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where mode bits are not all the rules there are. The page on local rights says it by the same kinds of file systems. */
class AccessRulesTest {
    private static final long NFS = 0x6969;
    private static final long FUSE = 0x65735546L;
    private static final long SMB2 = 0xfe534d42L;
    private static final long NOT_TOLD = -1;
    private static final Reader SOMEBODY = Reader.user(61_001, Set.of(61_001));

    @TempDir
    Path root;

    /** A file system of another kind, as it shows itself; what is not said, the real one says. */
    private static final class Kind extends Posix {
        private final long type;
        private final Map<String, Result<byte[]>> attributes;

        Kind(long type, Map<String, Result<byte[]>> attributes) {
            this.type = type;
            this.attributes = attributes;
        }

        @Override
        long fileSystemType(int fd) {
            return type;
        }

        @Override
        Result<byte[]> attribute(int fd, byte[] name) {
            return attributes.getOrDefault(new String(name, US_ASCII), Result.failed(-Errno.EOPNOTSUPP));
        }
    }

    @BeforeEach
    void everybody_may_read_it() throws IOException {
        Files.createDirectory(root.resolve("d"));
        Files.writeString(root.resolve("d/f"), "x");
        assertThat(Fixture.run("chmod", "-R", "a+rX", root.toString())).isZero();
    }

    private void read(Posix posix, boolean modesDecide) {
        try (var volume = Volumes.open(new VolumeSpec("v", root, false, null, 0, false, modesDecide), posix);
                var source = volume.source("d", false, SOMEBODY)) {
            source.walk((member, print) -> {});
            source.open("f").close();
        }
    }

    private void assertRefused(Posix posix) {
        assertThatExceptionOfType(VolumeException.class)
                .isThrownBy(() -> read(posix, false))
                .withMessageContaining("access rules that this daemon cannot read")
                .withMessageContaining("modes-decide = true")
                .matches(e -> e.kind() == NOT_ALLOWED);
        read(posix, true); // the operator has said so
    }

    @Test
    void a_file_system_that_makes_up_its_mode_bits() {
        assertRefused(new Kind(FUSE, Map.of()));
        assertRefused(new Kind(SMB2, Map.of()));
        assertRefused(new Kind(NOT_TOLD, Map.of()));
    }

    @Test
    void nfs_with_acls_is_refused_and_without_any_its_modes_are_believed() {
        assertRefused(new Kind(NFS, Map.of("system.nfs4_acl", Result.of(new byte[80]))));
        read(
                new Kind(NFS, Map.of()),
                false); // version 3, and a server without ACLs: nothing shows what it thinks of users
    }

    @Test
    void rules_of_this_very_file_count_and_not_those_that_others_might_have() {
        read(new Kind(NFS, Map.of("system.nfs4_acl", Result.failed(-Errno.ENODATA))), false);
        assertRefused(new Kind(NFS, Map.of("system.nfs4_acl", Result.failed(-Errno.EACCES))));
        assertRefused(new Kind(0xef53, Map.of("system.richacl", Result.of(new byte[8]))));
    }

    @Test
    void an_acl_that_cannot_be_understood_lets_nobody_in() {
        assertThatExceptionOfType(VolumeException.class)
                .isThrownBy(() -> read(
                        new Kind(0xef53, Map.of("system.posix_acl_access", Result.of(new byte[] {9, 0, 0, 0}))), false))
                .matches(e -> e.kind() == NOT_ALLOWED);
    }
}
