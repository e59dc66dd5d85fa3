package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.Signatures;
import dev.carnet.proto.ledger.Spki;
import dev.carnet.proto.ledger.StatementException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A public key that signs notes, under a name (C2SP signed-note). A key of a type that is not known here can be named and verifies nothing.
 *
 * @param name without Unicode spaces and +, 1 to 255 bytes
 * @param type {@link #ED25519}, {@link #COSIGNATURE_ED25519}, {@link #MLDSA44}
 * @param raw the public key as its type writes it
 */
public record NoteKey(String name, int type, byte[] raw) {
    /** Signs the text. */
    public static final int ED25519 = 0x01;

    /** Cosigns a log checkpoint, with a time. */
    public static final int COSIGNATURE_ED25519 = 0x04;

    /** Signs or cosigns a log checkpoint or subtree, with a time. */
    public static final int MLDSA44 = 0x06;

    private static final int NAME_BYTES_MAX = 255;
    private static final int ID_BYTES = 4;

    /**
     * Makes one.
     *
     * @throws LogException where the name is none, or the key is none of its type
     */
    public NoteKey {
        checkName(name);
        require(type > 0 && type <= 0xff, "a signature type of " + type);
        try {
            switch (type) {
                case ED25519, COSIGNATURE_ED25519 -> Spki.rawEd25519(Spki.ed25519(raw));
                case MLDSA44 -> Spki.mldsa44(raw);
                default -> {}
            }
        } catch (StatementException e) {
            throw new LogException("the key " + name + ": " + e.getMessage(), e);
        }
        raw = raw.clone();
    }

    static void checkName(String name) {
        require(
                !name.isEmpty() && name.getBytes(UTF_8).length <= NAME_BYTES_MAX,
                "a key's name has 1 to " + NAME_BYTES_MAX + " bytes");
        require(
                name.codePoints()
                        .noneMatch(c -> c == '+'
                                || Character.isSpaceChar(c)
                                || Character.isWhitespace(c)
                                || Character.isISOControl(c)),
                "a key's name has no spaces, no control characters and no +");
    }

    /**
     * Reads a verifier key: {@code <name>+<hex id>+<base64 of type and key>}.
     *
     * @throws LogException naming the rule that it breaks
     */
    public static NoteKey parse(String vkey) {
        String[] parts = vkey.split("\\+", 3); // base64 may have more of them
        require(parts.length == 3, "no verifier key (name+id+key): " + shown(vkey));
        byte[] typed;
        try {
            typed = Base64.getDecoder().decode(parts[2]);
        } catch (IllegalArgumentException e) {
            throw new LogException("the verifier key of " + shown(parts[0]) + " is no base64", e);
        }
        require(typed.length >= 2, "the verifier key of " + shown(parts[0]) + " is too short");
        NoteKey key = new NoteKey(parts[0], typed[0] & 0xff, Arrays.copyOfRange(typed, 1, typed.length));
        require(key.vkey().equals(vkey), "the verifier key of " + shown(parts[0]) + " names another id");
        return key;
    }

    private static String shown(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    /** As text. */
    public String vkey() {
        byte[] typed = new byte[1 + raw.length];
        typed[0] = (byte) type;
        System.arraycopy(raw, 0, typed, 1, raw.length);
        return name + "+" + HexFormat.of().toHexDigits(id()) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    /** First 4 bytes of SHA-256 of name, newline, type and key: what a signature line names. */
    public int id() {
        var digest = Digests.sha256();
        digest.update(name.getBytes(UTF_8));
        digest.update((byte) '\n');
        digest.update((byte) type);
        digest.update(raw);
        return ByteBuffer.wrap(digest.digest(), 0, ID_BYTES).getInt();
    }

    /** Whether a line names this key. */
    public boolean named(NoteSignature line) {
        return line.keyId() == id() && line.name().equals(name);
    }

    /** Whether this key has signed the text of a note; for {@link #ED25519} alone. */
    boolean signedText(byte[] text, byte[] signature) {
        return type == ED25519 && Signatures.ed25519(Spki.ed25519(raw), text, signature);
    }

    /**
     * Whether this key has signed a log checkpoint.
     *
     * @param signature the bytes of the line after the key's id
     */
    public boolean signed(LogCheckpoint checkpoint, byte[] signature) {
        if (type == ED25519) {
            return signedText(checkpoint.body(), signature);
        }
        if (signature.length <= Long.BYTES) {
            return false;
        }
        long time = ByteBuffer.wrap(signature).getLong();
        byte[] bare = Arrays.copyOfRange(signature, Long.BYTES, signature.length);
        boolean ofLog = name.equals(checkpoint.origin()); // a log always says when: LEDGER.md, section 2
        return (ofLog ? time > 0 : time >= 0)
                && switch (type) {
                    case COSIGNATURE_ED25519 ->
                        Signatures.ed25519(Spki.ed25519(raw), Cosignatures.ed25519Message(time, checkpoint), bare);
                    case MLDSA44 ->
                        Signatures.mldsa44(
                                Spki.mldsa44(raw), Cosignatures.mldsa44Message(name, time, checkpoint), bare);
                    default -> false;
                };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteKey key && type == key.type && name.equals(key.name) && Arrays.equals(raw, key.raw);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, type, Arrays.hashCode(raw));
    }

    @Override
    public String toString() {
        return vkey();
    }
}
