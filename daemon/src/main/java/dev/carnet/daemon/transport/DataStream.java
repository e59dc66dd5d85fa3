package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** A TLS connection that carries chunk frames in a session, usable in both directions. */
public interface DataStream {
    /** Stream number within its session. */
    int number();

    boolean open();

    /**
     * Sends one frame: header, then {@code payload} from position to limit (native memory, exactly {@code header.wireLength()} bytes).
     * The payload belongs to the stream until the returned stage completes (encrypted and handed to the kernel, or failed with
     * {@link SessionClosedException}). It completes on an event loop: what depends on it must not block. Frames that are queued cost nothing but their own payloads, so
     * that the sender's chunk pool is the bound.
     */
    CompletionStage<Void> send(ChunkHeader header, ByteBuffer payload);

    /** Bytes of TLS application data sent in frames, headers included. */
    long wireBytesSent();
}
