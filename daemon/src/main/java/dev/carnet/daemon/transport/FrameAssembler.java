package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Control;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Cuts the bytes of a control connection into messages (SPEC section 6.1): u32 length, then so many bytes. The first may be small only. */
final class FrameAssembler {
    private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    private @Nullable ByteBuffer frame;
    private int limit = Limits.HELLO_BYTES_MAX;

    /** Takes from {@code in} until a message is whole; null where more is needed. */
    @Nullable
    Control next(ByteBuffer in) {
        if (frame == null) {
            move(in, length);
            if (length.hasRemaining()) {
                return null;
            }
            int bytes = length.getInt(0);
            ControlFrames.checkLength(bytes, limit);
            frame = ByteBuffer.allocate(bytes);
        }
        ByteBuffer whole = frame;
        move(in, whole);
        if (whole.hasRemaining()) {
            return null;
        }
        Control message = ControlFrames.parse(whole.flip(), limit);
        frame = null;
        length.clear();
        limit = Limits.CONTROL_FRAME_BYTES_MAX;
        return message;
    }

    /** A message with its length. */
    static byte[] frame(Control message) {
        byte[] bytes = ControlFrames.encode(message);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static void move(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(to.position(), from, from.position(), count);
        to.position(to.position() + count);
        from.position(from.position() + count);
    }
}
