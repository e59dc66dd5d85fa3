package dev.carnet.client.audit;

import dev.carnet.proto.ledger.Brought;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A transfer from one daemon to another, as both log it (SPEC section 9). */
public final class TestTransfer {
    private static final String OFFER = "0f".repeat(32);
    private static final String CHECKPOINT = "0c".repeat(16);
    private static final String TREE = "7e".repeat(32);
    private static final String CONTENT = "c0".repeat(32);
    private static final String POLICY = "dd".repeat(32);

    final TestLedger source;
    final TestLedger destination;
    private final String transfer;
    byte[] destinationIntent = new byte[0];
    byte[] sourceIntent = new byte[0];
    byte[] seal = new byte[0];
    byte[] possession = new byte[0];
    public byte[] receipt = new byte[0];

    private TestTransfer(TestLedger source, TestLedger destination, int number) {
        this.source = source;
        this.destination = destination;
        this.transfer = "%032x".formatted(number);
    }

    /** One that went well, logged by both. */
    public static TestTransfer logged(TestLedger source, TestLedger destination, int number) {
        TestTransfer made = made(source, destination, number);
        destination.add(made.destinationIntent);
        source.add(made.sourceIntent);
        source.add(made.seal);
        destination.add(made.seal);
        destination.add(made.possession);
        destination.add(made.receipt);
        source.add(made.receipt);
        return made;
    }

    /** One that nobody has logged. */
    public static TestTransfer made(TestLedger source, TestLedger destination, int number) {
        TestTransfer made = new TestTransfer(source, destination, number);
        made.destinationIntent = destination.sign(made.intent(Role.DESTINATION, Optional.empty()));
        made.sourceIntent = source.sign(made.intent(Role.SOURCE, Optional.of(payload(made.destinationIntent))));
        made.seal = source.sign(made.sealed());
        made.possession = destination.sign(made.possessed());
        made.receipt = made.receipt(source.entryKeys, destination.entryKeys);
        return made;
    }

    static String payload(byte[] entry) {
        return Dsse.parse(entry).payloadDigest();
    }

    private TransferIntent intent(Role role, Optional<String> peerIntent) {
        TestLedger self = role == Role.SOURCE ? source : destination;
        TestLedger peer = role == Role.SOURCE ? destination : source;
        return new TransferIntent(
                self.id(),
                self.origin(),
                TestLedger.TIME,
                transfer,
                role,
                peer.id(),
                OFFER,
                CHECKPOINT,
                TransferIntent.Manner.OPEN_PUSH,
                "models",
                "run7/step-100",
                3,
                1_000_000,
                TransferIntent.Part.WHOLE,
                "ops",
                Optional.empty(),
                Map.of(),
                "rule 1",
                POLICY,
                peer.origin(),
                peerIntent);
    }

    private Seal sealed() {
        return new Seal(
                source.id(),
                source.origin(),
                TestLedger.TIME,
                transfer,
                TREE,
                OFFER,
                CHECKPOINT,
                CONTENT,
                2,
                1,
                999_999,
                new Seal.Source(source.id(), source.origin()),
                new Seal.Destination(destination.id(), destination.origin(), "models", "run7/step-100"),
                Optional.empty());
    }

    private Possession possessed() {
        return new Possession(
                destination.id(),
                destination.origin(),
                TestLedger.TIME,
                TREE,
                Possession.STATE_PUBLISHING,
                CONTENT,
                "models",
                "run7/step-100",
                2,
                999_999,
                Optional.of(new Brought(transfer, source.id())),
                Optional.of(payload(seal)),
                Optional.empty(),
                Optional.empty());
    }

    private TransferReceipt received() {
        return new TransferReceipt(
                destination.id(),
                destination.origin(),
                TestLedger.TIME,
                transfer,
                TREE,
                CHECKPOINT,
                OFFER,
                CONTENT,
                2,
                1,
                999_999,
                1_000_099,
                0,
                new TransferReceipt.Source(
                        source.id(),
                        source.origin(),
                        payload(sourceIntent),
                        payload(seal),
                        source.entryKeys.publicKeys().entryKeys().ids(),
                        TestLedger.TIME,
                        Optional.empty()),
                new TransferReceipt.Destination(
                        destination.id(),
                        destination.origin(),
                        "models",
                        "run7/step-100",
                        payload(destinationIntent),
                        payload(possession),
                        destination.entryKeys.publicKeys().entryKeys().ids(),
                        TestLedger.TIME,
                        Optional.empty()),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** Signed by whichever keys: the right ones are those of the two. ML-DSA-44 signs otherwise each time, so that each call gives other bytes. */
    byte[] receipt(TestKeys ofSource, TestKeys ofDestination) {
        byte[] payload = received().payload();
        List<Dsse.Signature> signatures = new ArrayList<>(ofSource.sign(payload, true));
        signatures.addAll(ofDestination.sign(payload, true));
        return new Dsse(payload, signatures).encode();
    }

    /** Signed by keys of nobody. */
    public byte[] receiptBySomebodyElse() {
        return receipt(new TestKeys(), new TestKeys());
    }

    /** As it is, signed once more: ML-DSA-44 of the JDK signs otherwise each time. */
    public byte[] receiptAgain() {
        return receipt(source.entryKeys, destination.entryKeys);
    }

    /** The source's TLS key where its Ed25519 entry key should have signed. */
    public byte[] receiptByTlsKey() {
        Dsse good = Dsse.parse(receipt);
        String entryKey = source.entryKeys.publicKeys().entryKeys().ed25519Id();
        return new Dsse(
                        good.payload(),
                        good.signatures().stream()
                                .map(one -> one.keyId().equals(entryKey)
                                        ? new Dsse.Signature(entryKey, source.leafSigns(Dsse.pae(good.payload())))
                                        : one)
                                .toList())
                .encode();
    }
}
