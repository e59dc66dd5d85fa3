package dev.carnet.daemon.transport;

import static dev.carnet.daemon.fuzz.Target.hold;

import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Control;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Connections as a peer writes them: the first byte of an input says in which pieces the rest arrives, and the pieces must not matter. */
public final class ConnectionFuzz {
    private ConnectionFuzz() {}

    /** What the assembler gives is what a reader that has all bytes at once gives. */
    public static void controlStream(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        List<Control> expected = new ArrayList<>();
        boolean refused = false;
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (!refused && all.remaining() >= Integer.BYTES) {
            int limit = expected.isEmpty() ? Limits.HELLO_BYTES_MAX : Limits.CONTROL_FRAME_BYTES_MAX;
            int length = all.getInt();
            if (length <= 0 || length > limit) {
                refused = true;
            } else if (length > all.remaining()) {
                break;
            } else {
                byte[] frame = new byte[length];
                all.get(frame);
                refused = !readable(frame, limit, expected);
            }
        }
        List<Control> given = new ArrayList<>();
        boolean said = false;
        try {
            assemble(bytes, 1 + Byte.toUnsignedInt(input[0]), given);
        } catch (ProtocolException e) {
            said = true;
        }
        hold(given.equals(expected), "messages depend on how their bytes arrive");
        hold(said == refused, "a refusal depends on how the bytes arrive");
    }

    private static boolean readable(byte[] frame, int limit, List<Control> into) {
        try {
            into.add(ControlFrames.parse(frame, limit));
            return true;
        } catch (ProtocolException e) {
            return false;
        }
    }

    private static void assemble(byte[] bytes, int piece, List<Control> into) {
        FrameAssembler assembler = new FrameAssembler();
        for (int at = 0; at < bytes.length; at += piece) {
            ByteBuffer in = ByteBuffer.wrap(bytes, at, Math.min(piece, bytes.length - at));
            while (in.hasRemaining()) {
                Control message = assembler.next(in);
                if (message != null) {
                    into.add(message);
                }
            }
        }
    }

    /** Frames of attempt 1 are wanted, others dropped; what arrives is what was sent, and no buffer is left when the stream ends. */
    public static void chunkStream(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int piece = 1 + 16 * Byte.toUnsignedInt(input[0]);
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        OnePool pool = new OnePool();
        List<byte[]> given = new ArrayList<>();
        FrameReader reader =
                new FrameReader(new NoLink(), pool, Share.of(pool), Timeouts.standard(), new FrameReader.Taker() {
                    @Override
                    public boolean wanted(ChunkHeader header) {
                        return header.attempt() == 1;
                    }

                    @Override
                    public void chunk(ChunkHeader header, PooledChunk chunk) {
                        byte[] payload = new byte[header.wireLength()];
                        chunk.buffer(0, payload.length).get(payload);
                        chunk.release();
                        given.add(payload);
                    }

                    @Override
                    public void late(String reason) {
                        throw new AssertionError(reason);
                    }

                    @Override
                    public void failed(RuntimeException e) {
                        throw e;
                    }
                });
        boolean said = false;
        try {
            for (int at = 0; at < bytes.length; at += piece) {
                reader.received(bytes, at, Math.min(piece, bytes.length - at));
            }
        } catch (ProtocolException e) {
            said = true;
        }
        reader.close();
        hold(pool.out == 0, "a buffer is left");
        compare(bytes, given, said);
    }

    private static void compare(byte[] bytes, List<byte[]> given, boolean said) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        int next = 0;
        while (all.remaining() >= ChunkHeader.BYTES) {
            ChunkHeader header;
            try {
                header = ChunkHeader.read(all);
            } catch (ProtocolException e) {
                hold(said && next == given.size(), "a bad header was taken, or frames came after it");
                return;
            }
            if (header.wireLength() > all.remaining()) {
                break;
            }
            byte[] payload = new byte[header.wireLength()];
            all.get(payload);
            if (header.attempt() == 1) {
                hold(next < given.size() && Arrays.equals(given.get(next), payload), "frame " + next + " is another");
                next++;
            }
        }
        hold(!said && next == given.size(), "frames that nobody sent, or a refusal of good ones");
    }

    /** One buffer, used again and again. */
    private static final class OnePool implements ChunkPool {
        private static final ByteBuffer BYTES = ByteBuffer.allocateDirect(ChunkHeader.CHUNK_BYTES);
        private int out;

        @Override
        public Optional<PooledChunk> acquire(Duration timeout) {
            return tryAcquire(() -> {});
        }

        @Override
        public Optional<PooledChunk> tryAcquire(Runnable whenFree) {
            hold(out == 0, "two buffers for one stream");
            out++;
            return Optional.of(new PooledChunk() {
                @Override
                public MemorySegment segment() {
                    return MemorySegment.ofBuffer(BYTES);
                }

                @Override
                public ByteBuffer buffer(int position, int limit) {
                    return BYTES.duplicate().position(position).limit(limit);
                }

                @Override
                public void release() {
                    out--;
                }
            });
        }

        @Override
        public int capacity() {
            return 2;
        }

        @Override
        public int inUse() {
            return out;
        }
    }

    /** A connection that has an event loop and nothing else. */
    private static final class NoLink implements TlsLink {
        private final EventLoop loop = new EmbeddedChannel().eventLoop();

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public ChannelFuture write(byte[] bytes, int offset, int length) {
            throw new AssertionError("a reader writes");
        }

        @Override
        public void flush() {}

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void hold() {
            throw new AssertionError("a reader waits though there are buffers");
        }

        @Override
        public void resume() {}

        @Override
        public boolean held() {
            return false;
        }

        @Override
        public void converse(Conversation next) {}

        @Override
        public void close(String reason) {}
    }
}
