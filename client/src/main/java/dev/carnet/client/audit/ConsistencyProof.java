package dev.carnet.client.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * That a log begins with a smaller one, in the form in which a witness is asked (C2SP tlog-witness, the body of {@code add-checkpoint}): {@code old <size>}, the hashes, an empty line, the log
 * checkpoint of the larger one.
 *
 * @param old size of the smaller one
 * @param hashes RFC 9162, section 2.1.4
 * @param checkpoint of the larger one
 */
public record ConsistencyProof(long old, List<Hash32> hashes, SignedCheckpoint checkpoint) {
    /** More bytes are not read. */
    public static final int BYTES_MAX = SignedCheckpoint.BYTES_MAX + (8 << 10);

    private static final Pattern OLD = Pattern.compile("old (0|[1-9][0-9]{0,17})");

    /** Makes one that nothing changes. */
    public ConsistencyProof {
        hashes = List.copyOf(hashes);
    }

    /**
     * Reads one; verifies nothing.
     *
     * @throws LogException naming the rule that it breaks
     */
    public static ConsistencyProof parse(byte[] proof) {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(proof)).toString();
        } catch (CharacterCodingException e) {
            throw new LogException("a proof of consistency that is not UTF-8", e);
        }
        int gap = text.indexOf("\n\n");
        List<String> lines =
                List.of(gap < 0 ? new String[] {""} : text.substring(0, gap).split("\n", -1));
        if (!OLD.matcher(lines.getFirst()).matches()) {
            throw new LogException("a proof of consistency begins with 'old <size>'");
        }
        if (lines.size() > 1 + Proofs.HASHES_MAX) {
            throw new LogException("a proof of consistency has at most " + Proofs.HASHES_MAX + " hashes");
        }
        List<Hash32> hashes = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            hashes.add(hash(line));
        }
        ConsistencyProof read = new ConsistencyProof(
                Long.parseLong(lines.getFirst().substring("old ".length())),
                hashes,
                SignedCheckpoint.parse(text.substring(gap + 2).getBytes(UTF_8)));
        if (!Arrays.equals(read.encode(), proof)) {
            throw new LogException("a proof of consistency that is not written the one way there is");
        }
        return read;
    }

    private static Hash32 hash(String line) {
        try {
            byte[] bytes = Base64.getDecoder().decode(line);
            if (bytes.length == Hash32.BYTES) {
                return Hash32.of(bytes);
            }
        } catch (IllegalArgumentException e) {
            throw new LogException("a line of the proof of consistency is no base64", e);
        }
        throw new LogException("a hash of a proof of consistency has 32 bytes");
    }

    /** The file's bytes. */
    public byte[] encode() {
        StringBuilder text = new StringBuilder("old ").append(old).append('\n');
        hashes.forEach(hash ->
                text.append(Base64.getEncoder().encodeToString(hash.toBytes())).append('\n'));
        return text.append('\n')
                .append(new String(checkpoint.encode(), UTF_8))
                .toString()
                .getBytes(UTF_8);
    }

    /**
     * Checks it. Who signed the log checkpoints is checked apart.
     *
     * @param smaller what the larger one has to begin with
     * @throws LogException where it is not proved
     */
    public void check(SignedCheckpoint smaller) {
        if (!smaller.checkpoint().origin().equals(checkpoint.checkpoint().origin())) {
            throw new LogException("two logs: " + smaller.checkpoint().origin() + " and "
                    + checkpoint.checkpoint().origin());
        }
        if (smaller.checkpoint().size() != old) {
            throw new LogException("the proof is from " + old + " entries, the log checkpoint has "
                    + smaller.checkpoint().size());
        }
        Proofs.checkConsistency(
                old,
                checkpoint.checkpoint().size(),
                smaller.checkpoint().root(),
                checkpoint.checkpoint().root(),
                hashes);
    }
}
