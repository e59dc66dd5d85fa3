package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A proof that can be verified without the log (C2SP tlog-proof).
 *
 * @param extra what the maker adds: nobody has signed it; may be empty
 * @param index of the entry
 * @param hashes from the leaf's sibling up
 * @param checkpoint of a tree that has the entry
 */
public record LogProof(byte[] extra, long index, List<Hash32> hashes, SignedCheckpoint checkpoint) {
    private static final String FIRST = "c2sp.org/tlog-proof@v1";
    private static final Pattern INDEX = Pattern.compile("index (0|[1-9][0-9]{0,18})");
    private static final int BYTES_MAX = SignedCheckpoint.BYTES_MAX + (128 << 10);

    /**
     * Makes one.
     *
     * @throws LogException where there are too many hashes
     */
    public LogProof {
        require(index >= 0 && hashes.size() <= Proofs.HASHES_MAX, "a proof has at most 63 hashes");
        extra = extra.clone();
        hashes = List.copyOf(hashes);
    }

    /**
     * Reads a proof; verifies nothing.
     *
     * @throws LogException naming the rule that it breaks
     */
    public static LogProof parse(byte[] proof) {
        require(proof.length <= BYTES_MAX, "a proof of " + proof.length + " bytes; the limit is " + BYTES_MAX);
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(proof)).toString();
        } catch (CharacterCodingException e) {
            throw new LogException("a proof that is not UTF-8", e);
        }
        int gap = text.indexOf("\n\n");
        require(gap > 0, "a proof has an empty line before the log checkpoint");
        List<String> lines = new ArrayList<>(List.of(text.substring(0, gap).split("\n", -1)));
        require(lines.removeFirst().equals(FIRST), "a proof begins with " + FIRST);
        byte[] extra = new byte[0];
        if (!lines.isEmpty() && lines.getFirst().startsWith("extra ")) {
            extra = base64(lines.removeFirst().substring("extra ".length()));
        }
        require(
                !lines.isEmpty() && INDEX.matcher(lines.getFirst()).matches(),
                "a proof has a line with the entry's index");
        long index;
        try {
            index = Long.parseLong(lines.removeFirst().substring("index ".length()));
        } catch (NumberFormatException e) {
            throw new LogException("the index of a proof is too large", e);
        }
        List<Hash32> hashes = new ArrayList<>();
        for (String line : lines) {
            byte[] hash = base64(line);
            require(hash.length == Hash32.BYTES, "a hash of a proof has 32 bytes");
            hashes.add(Hash32.of(hash));
        }
        LogProof read = new LogProof(
                extra,
                index,
                hashes,
                SignedCheckpoint.parse(text.substring(gap + 2).getBytes(UTF_8)));
        require(Arrays.equals(read.encode(), proof), "a proof that is not written the one way there is");
        return read;
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new LogException("a line of a proof is no base64", e);
        }
    }

    /** The file's bytes. */
    public byte[] encode() {
        StringBuilder text = new StringBuilder(FIRST).append('\n');
        Base64.Encoder base64 = Base64.getEncoder();
        if (extra.length > 0) {
            text.append("extra ").append(base64.encodeToString(extra)).append('\n');
        }
        text.append("index ").append(index).append('\n');
        hashes.forEach(
                hash -> text.append(base64.encodeToString(hash.toBytes())).append('\n'));
        text.append('\n').append(new String(checkpoint.encode(), UTF_8));
        return text.toString().getBytes(UTF_8);
    }

    /**
     * Checks that the entry is in the tree of the checkpoint. Who signed the checkpoint is checked apart.
     *
     * @throws LogException where it is not proved
     */
    public void check(byte[] entry) {
        LogCheckpoint body = checkpoint.checkpoint();
        Proofs.checkInclusion(index, body.size(), Merkle.leaf(entry), hashes, body.root());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogProof proof && Arrays.equals(encode(), proof.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }
}
