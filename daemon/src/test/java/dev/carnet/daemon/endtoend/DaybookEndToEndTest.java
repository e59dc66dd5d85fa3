package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.ApiException;
import dev.carnet.proto.ledger.Change;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons: what was refused, and which policy and trust were in force, stands in their journals. */
@Timeout(180)
class DaybookEndToEndTest {
    @TempDir
    private Path work;

    private List<Change> changes(TwoSites sites, Predicate predicate) {
        return Journals.read(sites.folder("receiver").resolve("state"), Change.class).stream()
                .filter(change -> change.predicate() == predicate)
                .toList();
    }

    private String text(TwoSites sites, Change change) throws Exception {
        return Files.readString(
                sites.folder("receiver").resolve("state/ledger/blobs/sha256").resolve(change.digest()));
    }

    @Test
    void refusals_and_changes_are_on_record() throws Exception {
        try (TwoSites sites = new TwoSites(work, "")) {
            Checkpoints.make(sites.out().resolve("model"), 5, 1 << 20, 1);
            sites.startBoth();
            // a local caller, by the sender's own policy: nothing lies there that may be pushed
            assertThatThrownBy(() -> sites.push(work.resolve("elsewhere"), "x"))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("declared volume");
            // a peer, by the receiver's policy
            String id = sites.sender()
                    .client()
                    .push(new dev.carnet.client.PushRequest(
                            sites.out().resolve("model").toString(), "receiver", "nowhere", "x", false, 0, 0))
                    .id();
            assertThat(sites.awaitEnd(sites.sender(), id).code()).contains("POLICY");
            // a policy that is read again
            assertThat(changes(sites, Predicate.POLICY_CHANGE)).hasSize(1);
            assertThat(changes(sites, Predicate.TRUST_CHANGE)).hasSize(1);
            sites.append(
                    "receiver",
                    "[[policy]]\nname = \"more\"\npeer = \"sender\"\nvolume = \"in\"\nallow = [\"pull-by\"]\n"
                            + "[revocation]\nrefused-ids = [\"spiffe://sender.example/another\"]\n");
            hangUp(sites.receiver());
            awaitChanges(sites, Predicate.POLICY_CHANGE, 2);
            awaitChanges(sites, Predicate.TRUST_CHANGE, 2);
            List<Change> policies = changes(sites, Predicate.POLICY_CHANGE);
            assertThat(policies.get(1).previous()).contains(policies.getFirst().digest());
            assertThat(policies.getFirst().previous()).isEmpty();
            assertThat(text(sites, policies.get(1)))
                    .startsWith("carnet-policy v2\n")
                    .contains("rule more pull-by");
            assertThat(text(sites, changes(sites, Predicate.TRUST_CHANGE).get(1)))
                    .startsWith("carnet-trust v1\n")
                    .contains("refused-id spiffe://sender.example/another\n");
            // nothing has changed: no further entry, at a reload as at a start
            hangUp(sites.receiver());
            sites.receiver().stop();
            assertRefused(sites);
            // one that the receiver does not know any more has a good certificate all the same
            sites.write(
                    "receiver",
                    sites.configText("receiver")
                            .replace("\"" + TwoSites.SENDER + "\"", "\"spiffe://sender.example/other\""));
            sites.startReceiver();
            await(
                    () -> sites.sender()
                            .client()
                            .peers()
                            .getFirst()
                            .whyNot()
                            .orElse("")
                            .contains("UNKNOWN_PEER"),
                    "the sender to be turned away");
            sites.receiver().stop(); // what was counted is recorded on the way out
            assertThat(Journals.read(sites.folder("receiver").resolve("state"), Refusal.class))
                    .anySatisfy(refusal -> {
                        assertThat(refusal.code()).isEqualTo("UNKNOWN_PEER");
                        assertThat(refusal.peer()).contains(TwoSites.SENDER);
                    });
            assertThat(changes(sites, Predicate.POLICY_CHANGE)).hasSize(3);
            sites.sender().stop();
            assertThat(Journals.read(sites.folder("sender").resolve("state"), Refusal.class))
                    .singleElement()
                    .satisfies(refusal -> {
                        assertThat(refusal.principal()).contains("local");
                        assertThat(refusal.code()).isEqualTo("BAD_SOURCE");
                        assertThat(refusal.reason()).doesNotContain(work.toString());
                    });
        }
    }

    private void assertRefused(TwoSites sites) {
        assertThat(Journals.read(sites.folder("receiver").resolve("state"), Refusal.class))
                .singleElement()
                .satisfies(refusal -> {
                    assertThat(refusal.peer()).contains(TwoSites.SENDER);
                    assertThat(refusal.code()).isEqualTo("POLICY");
                    assertThat(refusal.volume()).as("no volume of its own").isEqualTo(Optional.empty());
                    assertThat(refusal.count()).isOne();
                    assertThat(refusal.policy())
                            .isEqualTo(changes(sites, Predicate.POLICY_CHANGE)
                                    .getFirst()
                                    .digest());
                });
        assertThat(changes(sites, Predicate.POLICY_CHANGE)).hasSize(2);
    }

    private static void hangUp(DaemonProcess daemon) throws Exception {
        assertThat(new ProcessBuilder("kill", "-HUP", String.valueOf(daemon.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private void awaitChanges(TwoSites sites, Predicate predicate, int count) {
        await(() -> changes(sites, predicate).size() == count, "changes on record");
    }

    private static void await(BooleanSupplier wanted, String what) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            DaemonProcess.pause();
        }
    }
}
