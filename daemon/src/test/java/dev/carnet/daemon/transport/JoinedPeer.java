package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.JoinAnswer;
import dev.carnet.proto.wire.JoinFrame;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Hello;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A peer with a session, whose streams a test makes by hand. */
final class JoinedPeer implements AutoCloseable {
    final RawPeer control;
    final byte[] sessionId;
    final Credentials own;
    private final Site site;
    private final TrustAnchors trust;
    private final List<RawPeer> streams = new ArrayList<>();

    JoinedPeer(Site site, Credentials own, TrustAnchors trust, String spiffeId) {
        this.site = site;
        this.own = own;
        this.trust = trust;
        control = RawPeer.connect(site.address(), own, trust, Protocols.Alpn.CONTROL);
        sessionId = control.read().getHello().getSessionId().toByteArray();
        control.write(Control.newBuilder()
                .setHello(Hello.newBuilder()
                        .setVersionMin(1)
                        .setVersionMax(1)
                        .setSpiffeId(spiffeId)
                        .setLogOrigin("raw.example/log")
                        .setSoftware("raw")
                        .setStreamsMax(8))
                .build());
        site.up(spiffeId);
    }

    RawPeer connect(Credentials as) {
        RawPeer stream = RawPeer.connect(site.address(), as, trust, Protocols.Alpn.DATA);
        streams.add(stream);
        try {
            assertThat(stream.in.readNBytes(4)).isEqualTo("CDS1".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return stream;
    }

    RawPeer join(int number) {
        RawPeer stream = connect(own);
        stream.write(JoinFrame.make(control.joinKey, sessionId, number, stream.joinStream)
                .encode());
        return stream;
    }

    /** A stream that has joined. */
    RawPeer stream(int number) throws IOException {
        RawPeer stream = join(number);
        assertThat(answer(stream).accepted()).isTrue();
        return stream;
    }

    JoinAnswer answer(RawPeer stream) throws IOException {
        byte first = stream.in.readByte();
        if (first == 1) {
            return JoinAnswer.ACCEPTED;
        }
        byte[] text = stream.in.readNBytes(stream.in.readUnsignedShort());
        assertThat(stream.in.read()).as("closed afterwards").isEqualTo(-1);
        return JoinAnswer.refused(new String(text, StandardCharsets.UTF_8));
    }

    /** The first bytes of a frame of {@code length} bytes: its header, and {@code count} zeros. */
    static byte[] begun(int file, int length, int count) {
        ByteBuffer frame = ByteBuffer.allocate(ChunkHeader.BYTES + count);
        StreamTest.header(file, 1, length).write(frame);
        return frame.array();
    }

    @Override
    public void close() {
        streams.forEach(RawPeer::close);
        control.close();
    }
}
