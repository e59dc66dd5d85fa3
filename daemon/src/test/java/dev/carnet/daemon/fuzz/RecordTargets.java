package dev.carnet.daemon.fuzz;

import static dev.carnet.daemon.fuzz.Target.hold;

import dev.carnet.proto.ledger.CanonicalJson;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyList;
import dev.carnet.proto.ledger.KeyProof;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.wire.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Records: whatever is read is written as the very same bytes, and nothing but {@link StatementException} says no. */
final class RecordTargets {
    private RecordTargets() {}

    static void json(byte[] input) {
        same(input, b -> CanonicalJson.write(CanonicalJson.read(b, Limits.ENTRY_BYTES_MAX, CanonicalJson.DEPTH_MAX)));
    }

    static void envelope(byte[] input) {
        same(input, b -> {
            Dsse read = Dsse.parse(b);
            hold(b.length <= Limits.ENTRY_BYTES_MAX, "an envelope beyond the limit");
            hold(new Dsse(read.payload(), read.signatures().reversed()).encode().length == b.length, "order matters");
            return read.encode();
        });
    }

    static void statement(byte[] input) {
        same(input, b -> {
            Statement read = Statement.read(b);
            hold(read.daemon().startsWith("spiffe://"), "a statement of nobody");
            hold(read.time().getNano() % 1_000_000 == 0, "a time finer than it is written");
            return read.payload();
        });
    }

    static void moreSessions(byte[] input) {
        same(
                input,
                b -> TransferReceipt.moreSessions(
                        TransferReceipt.readMoreSessions(b, Limits.RECEIPT_SESSIONS_MORE_BYTES_MAX)));
    }

    static void keyList(byte[] input) {
        same(input, b -> KeyList.read(b).encode());
    }

    static void keyProof(byte[] input) {
        same(input, b -> {
            KeyProof read = KeyProof.read(b);
            try {
                read.certificates();
                read.verifySignature();
            } catch (StatementException e) {
                named(e);
            }
            return read.encode();
        });
    }

    /** u16 length, a binding, then its proof. Nobody has the keys, so that only bindings of the seeds verify: those of proto/vectors, as they are. */
    static void keyBinding(byte[] input) {
        if (input.length < Short.BYTES) {
            return;
        }
        int length = Math.min(Short.toUnsignedInt(ByteBuffer.wrap(input).getShort()), input.length - Short.BYTES);
        byte[] binding = Arrays.copyOfRange(input, Short.BYTES, Short.BYTES + length);
        byte[] proof = Arrays.copyOfRange(input, Short.BYTES + length, input.length);
        try {
            KeyBinding verified = KeyBinding.verify(binding, proof);
            hold(Vectors.isBinding(binding, proof), "a binding verifies that nobody signed: " + verified.list());
            verified.mustFollow(verified);
        } catch (StatementException e) {
            named(e);
            hold(!Vectors.isBinding(binding, proof), "a good binding does not verify: " + e.getMessage());
        }
    }

    private static void same(byte[] input, UnaryOperator<byte[]> readAndWrite) {
        byte[] written;
        try {
            written = readAndWrite.apply(input);
        } catch (StatementException e) {
            named(e);
            return;
        }
        hold(Arrays.equals(written, input), "written as " + new String(written, StandardCharsets.UTF_8));
    }

    private static void named(StatementException e) {
        String sentence = String.valueOf(e.getMessage());
        hold(!sentence.isBlank() && sentence.length() < 2 * Limits.SPIFFE_ID_BYTES_MAX, "refused with " + sentence);
    }
}
