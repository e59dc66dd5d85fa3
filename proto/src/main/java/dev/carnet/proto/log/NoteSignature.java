package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

/**
 * A signature line of a note (C2SP signed-note).
 *
 * @param name of the key
 * @param keyId of the key
 * @param value the bytes after the id
 */
public record NoteSignature(String name, int keyId, byte[] value) {
    static final String DASH = "\u2014 ";

    /**
     * Makes one.
     *
     * @throws LogException where the name is none, or the value is empty
     */
    public NoteSignature {
        NoteKey.checkName(name);
        require(value.length > 0, "a signature of no bytes");
        value = value.clone();
    }

    /** Of a key. */
    public static NoteSignature of(NoteKey key, byte[] value) {
        return new NoteSignature(key.name(), key.id(), value);
    }

    /** With the time before it, seconds since 1970, as cosignatures have it. */
    public static NoteSignature timed(NoteKey key, long time, byte[] value) {
        byte[] timed = new byte[Long.BYTES + value.length];
        ByteBuffer.wrap(timed).putLong(time).put(value);
        return of(key, timed);
    }

    /**
     * Reads a line without its newline.
     *
     * @throws LogException naming the rule that it breaks
     */
    static NoteSignature parse(String line) {
        require(line.startsWith(DASH), "a signature line begins with an em dash and a space");
        int space = line.indexOf(' ', DASH.length());
        require(space > 0, "a signature line has a name and a signature");
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(line.substring(space + 1));
        } catch (IllegalArgumentException e) {
            throw new LogException("a signature that is no base64", e);
        }
        require(bytes.length > Integer.BYTES, "a signature of " + bytes.length + " bytes");
        NoteSignature read = new NoteSignature(
                line.substring(DASH.length(), space),
                ByteBuffer.wrap(bytes).getInt(),
                Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length));
        require(read.line().equals(line + "\n"), "a signature line that is not written the one way there is");
        return read;
    }

    /** The line, with its newline. */
    public String line() {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES + value.length)
                .putInt(keyId)
                .put(value)
                .array();
        return DASH + name + " " + Base64.getEncoder().encodeToString(bytes) + "\n";
    }

    /** The time of a cosignature or of an ML-DSA-44 signature, seconds since 1970; of no meaning for others. */
    public long time() {
        return value.length < Long.BYTES ? 0 : ByteBuffer.wrap(value).getLong();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteSignature line
                && keyId == line.keyId
                && name.equals(line.name)
                && Arrays.equals(value, line.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, keyId, Arrays.hashCode(value));
    }
}
