package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.ReceiptPending;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.TransferReceipt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A last word that is missing for an hour goes on record once, and may come later all the same. */
class PendingTest {
    @TempDir(factory = FastDisk.class)
    private Path work;

    private Site source;
    private Site destination;
    private FakeLine line;

    @BeforeEach
    void start() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        destination = new Site(work.resolve("d"), "destination.example", anchors);
        line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
        open();
    }

    private void open() throws Exception {
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
        destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
    }

    private void close() {
        source.close();
        destination.close();
    }

    @AfterEach
    void stop() {
        close();
        assertThat(source.fatal).isEmpty();
        assertThat(destination.fatal).isEmpty();
    }

    private String push() throws Exception {
        Path from = Files.createDirectories(source.volumePath().resolve("model"));
        Files.writeString(from.resolve("f"), "f");
        return source.engine()
                .push(new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", "m", false, 0, 0))
                .id();
    }

    private static void until(BooleanSupplier holds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited long enough").isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private static String state(Site site, String id) {
        return site.engine().get(id).map(TransferView::state).orElse("");
    }

    private void passes(Duration time) {
        source.ahead = time;
        destination.ahead = time;
    }

    private static List<ReceiptPending> pending(Site site) {
        return site.entries().stream()
                .filter(ReceiptPending.class::isInstance)
                .map(ReceiptPending.class::cast)
                .toList();
    }

    @Test
    void both_sides_say_so_once_and_the_receipt_comes_later() throws Exception {
        line.controls = message -> message.hasReceipt() ? null : message;
        line.connect();
        String id = push();
        until(() -> state(source, id).equals("SEALED") && state(destination, id).equals("HALF_SIGNED"));
        passes(Duration.ofMinutes(59));
        Thread.sleep(500);
        assertThat(pending(source)).isEmpty();
        assertThat(pending(destination)).isEmpty();
        passes(Duration.ofMinutes(61));
        until(() -> !pending(source).isEmpty() && !pending(destination).isEmpty());
        close();
        open(); // and a restart says nothing twice
        Thread.sleep(500);
        line.controls = message -> message;
        line.connect();
        until(() -> state(source, id).equals("CLOSED") && state(destination, id).equals("CLOSED"));

        assertThat(source.said()).containsExactly("transfer-intent", "seal", "receipt-pending", "transfer-receipt");
        assertThat(destination.said())
                .containsExactly("transfer-intent", "seal", "possession", "receipt-pending", "transfer-receipt");
        TransferReceipt receipt = (TransferReceipt) destination.entries().getLast();
        ReceiptPending one = pending(source).getFirst();
        assertThat(one.role()).isEqualTo(Role.SOURCE);
        assertThat(one.seal()).isEqualTo(receipt.source().seal());
        assertThat(one.possession()).isEmpty();
        assertThat(one.tree()).isEqualTo(receipt.tree());
        assertThat(one.volume() + "/" + one.name()).isEqualTo("v/m");
        assertThat(Duration.between(one.since(), one.time())).isBetween(Duration.ofHours(1), Duration.ofMinutes(62));
        ReceiptPending other = pending(destination).getFirst();
        assertThat(other.role()).isEqualTo(Role.DESTINATION);
        assertThat(other.possession()).contains(receipt.destination().possession());
        assertThat(other.receipt()).contains(Digests.sha256Hex(receipt.payload()));
        assertThat(other.offer()).isEqualTo(receipt.offer());
    }

    @Test
    void also_of_a_source_that_wants_to_cancel() throws Exception {
        line.controls = message -> message.hasReceipt() || message.hasCancel() ? null : message;
        line.connect();
        String id = push();
        until(() -> state(source, id).equals("SEALED"));
        source.engine().cancel(id);
        until(() -> state(source, id).equals("CANCEL_WANTED"));
        passes(Duration.ofMinutes(61));
        until(() -> !pending(source).isEmpty());
        assertThat(source.said()).containsExactly("transfer-intent", "seal", "receipt-pending");
    }

    @Test
    void whoever_has_the_last_word_says_nothing() throws Exception {
        line.controls = message -> message.hasClosed() ? null : message;
        line.connect();
        String id = push();
        until(() -> state(source, id).equals("COUNTERSIGNED")
                && state(destination, id).equals("CLOSED"));
        passes(Duration.ofHours(3));
        Thread.sleep(500);
        assertThat(pending(source)).isEmpty();
        assertThat(pending(destination)).isEmpty();
    }
}
