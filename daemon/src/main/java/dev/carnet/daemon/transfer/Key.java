package dev.carnet.daemon.transfer;

import dev.carnet.proto.ledger.Role;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names a transfer in this daemon: its id and our role. Rows that belong to it have keys that begin with these 17 bytes.
 *
 * @param id 32 hex digits
 */
record Key(String id, Role role) {
    static final int BYTES = 17;

    static Key of(byte[] transferId, Role role) {
        return new Key(HexFormat.of().formatHex(transferId), role);
    }

    /** From the first 17 bytes of a row's key. */
    static Key read(byte[] key) {
        return of(Arrays.copyOf(key, 16), role(key[16]));
    }

    byte[] idBytes() {
        return HexFormat.of().parseHex(id);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES).put(idBytes()).put(onDisk(role)).array();
    }

    /** The row of a member, and the prefix of its chunks. */
    byte[] member(int number) {
        return ByteBuffer.allocate(BYTES + 4).put(bytes()).putInt(number).array();
    }

    byte[] chunk(int member, int chunk) {
        return ByteBuffer.allocate(BYTES + 8)
                .put(bytes())
                .putInt(member)
                .putInt(chunk)
                .array();
    }

    byte[] session(String sessionId) {
        return ByteBuffer.allocate(BYTES + 16)
                .put(bytes())
                .put(HexFormat.of().parseHex(sessionId))
                .array();
    }

    static int memberOf(byte[] rowKey) {
        return ByteBuffer.wrap(rowKey).getInt(BYTES);
    }

    static int chunkOf(byte[] rowKey) {
        return ByteBuffer.wrap(rowKey).getInt(BYTES + 4);
    }

    private static byte onDisk(Role role) {
        return (byte) (role == Role.SOURCE ? 's' : 'd');
    }

    private static Role role(byte onDisk) {
        return switch (onDisk) {
            case 's' -> Role.SOURCE;
            case 'd' -> Role.DESTINATION;
            default -> throw new IllegalStateException("no role is stored as " + onDisk);
        };
    }
}
