package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carnet.client.ApiException;
import dev.carnet.client.PushRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose state and identity lie below its volume, which is only read: neither can be pushed. */
class KeysStayTest {
    @TempDir
    private Path work;

    private TwoSites sites;
    private Path home;
    private Path checkpoint;

    @Test
    void neither_state_nor_identity_can_be_pushed() throws IOException {
        try (TwoSites two = new TwoSites(work, "")) {
            sites = two;
            home = two.folder("sender");
            checkpoint = Files.createDirectory(home.resolve("ckpt"));
            Files.writeString(checkpoint.resolve("weights"), "weights");
            two.write(
                    "sender",
                    two.configText("sender")
                            .replace("path = \"" + two.out() + "\"", "path = \"" + home + "\"\nread-only = true"));
            two.startSender();
            refuseByPath();
            refuseMembers();
            assertThat(two.sender().client().transfers(10)).isEmpty();
            push(checkpoint); // what holds no key is taken
            assertThat(two.sender().client().transfers(10)).hasSize(1);
        }
    }

    private void refuseByPath() throws IOException {
        String early = "which holds this daemon's keys";
        assertRefused(home.resolve("state"), early);
        assertRefused(home.resolve("state/keys/entry.ed25519"), early);
        Path above = Files.createSymbolicLink(work.resolve("above"), home);
        assertRefused(above.resolve("state/keys"), early);
        Path straight = Files.createSymbolicLink(work.resolve("straight"), home.resolve("state"));
        assertRefused(straight.resolve("keys/entry.ed25519"), early);
        assertRefused(home.resolve("identity"), "the daemon's own identity key");
    }

    private void refuseMembers() throws IOException {
        Path member = checkpoint.resolve("x");
        Files.createSymbolicLink(member, Path.of("../state/keys/entry.ed25519"));
        assertRefused(checkpoint, "the daemon's own state directory, which holds its keys");
        Files.delete(member);
        Files.createLink(member, home.resolve("state/keys/entry.ed25519"));
        assertRefused(checkpoint, "the daemon's own state directory, which holds its keys");
        Files.delete(member);
    }

    private void push(Path source) {
        var _ = sites.sender().client().push(new PushRequest(source.toString(), "receiver", "in", "m", true, 0, 0));
    }

    private void assertRefused(Path source, String why) {
        assertThatExceptionOfType(ApiException.class)
                .as(source.toString())
                .isThrownBy(() -> push(source))
                .withMessageContaining(why)
                .matches(e -> e.code().equals("BAD_SOURCE"), "BAD_SOURCE");
    }
}
