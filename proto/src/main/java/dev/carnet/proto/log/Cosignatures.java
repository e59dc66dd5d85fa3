package dev.carnet.proto.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** The messages that cosignatures sign (C2SP tlog-cosignature). */
public final class Cosignatures {
    private static final byte[] LABEL = "subtree/v1\n\0".getBytes(US_ASCII);

    private Cosignatures() {}

    /** For Ed25519: two lines before the body. */
    public static byte[] ed25519Message(long time, LogCheckpoint checkpoint) {
        return ("cosignature/v1\ntime " + time + "\n" + checkpoint.text()).getBytes(UTF_8);
    }

    /** For ML-DSA-44: {@code cosigned_message} of the whole tree. */
    public static byte[] mldsa44Message(String cosigner, long time, LogCheckpoint checkpoint) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(LABEL);
        opaque(out, cosigner);
        uint64(out, time);
        opaque(out, checkpoint.origin());
        uint64(out, 0);
        uint64(out, checkpoint.size());
        Hash32 root = checkpoint.root();
        out.writeBytes(root.toBytes());
        return out.toByteArray();
    }

    private static void opaque(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(UTF_8); // at most 255 bytes: names and origins have no more
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private static void uint64(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }
}
