package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.Revocations;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The two engines against each other in memory, without a socket. */
@Timeout(120)
class TlsEngineTest {
    /** Records after which a side changes its keys. */
    private static final int KEY_UPDATE_RECORDS = 1 << 20;

    /** Header, type and tag: what a record adds to its content. */
    private static final int RECORD_OVERHEAD = 5 + 1 + 16;

    private static final int KEY_UPDATE_BYTES = 5;

    private static final String SOUTH = "spiffe://south.example/carnetd";

    private final JcaTlsCrypto crypto = new RoutedCrypto().create();
    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");
    private final TransportTrust trust =
            new TransportTrust(TestPki.trust(northCa, southCa), Revocations.NONE, List.of());
    private final Handshake dialling =
            new Handshake(trust, Clock.systemUTC(), northCa.credentials("carnetd"), "south", SOUTH);
    private final Handshake accepting =
            new Handshake(trust, Clock.systemUTC(), southCa.credentials("carnetd"), "north", null);
    private final Counter atClient = new Counter();
    private final Counter atServer = new Counter();
    private final TlsEngine client = TlsEngine.client(crypto, dialling, Protocols.Alpn.DATA, atClient);
    private final TlsEngine server = TlsEngine.server(crypto, accepting, atServer);
    private final byte[] wire = new byte[64 << 10];
    private long moved;

    /** Checks that the bytes count up, and none is missing. */
    private static final class Counter implements TlsEngine.Sink {
        private long received;
        private boolean wrong;

        @Override
        public void received(byte[] bytes, int offset, int length) {
            for (int i = 0; i < length; i++) {
                wrong |= bytes[offset + i] != (byte) received++;
            }
        }
    }

    private boolean move(TlsProtocol from, TlsProtocol to) throws IOException {
        int count = from.readOutput(wire, 0, wire.length);
        if (count > 0) {
            moved += count;
            to.offerInput(wire, 0, count);
        }
        return count > 0;
    }

    private void shakeHands() throws IOException {
        server.begin();
        client.begin();
        while (move(client.protocol(), server.protocol()) | move(server.protocol(), client.protocol())) {
            // until both are silent
        }
        assertThat(dialling.established()).isNotNull();
        assertThat(accepting.established()).isNotNull();
    }

    @Test
    void both_export_the_same_three_secrets_and_they_differ() throws IOException {
        shakeHands();
        Established one = dialling.established();
        Established other = accepting.established();
        assertThat(one.joinKey()).hasSize(32).isEqualTo(other.joinKey());
        assertThat(one.joinStream()).hasSize(32).isEqualTo(other.joinStream());
        assertThat(one.facts().exporterSha256()).isEqualTo(other.facts().exporterSha256());
        List<String> all = new ArrayList<>();
        all.add(Credentials.sha256Hex(one.joinKey()));
        all.add(Credentials.sha256Hex(one.joinStream()));
        all.add(one.facts().exporterSha256());
        assertThat(all).doesNotHaveDuplicates();
        assertThat(other.alpn()).isEqualTo(Protocols.Alpn.DATA);
    }

    @Test
    void keys_change_on_the_way_and_nobody_notices() throws IOException {
        shakeHands();
        long sent = 0;
        moved = 0;
        byte[] one = new byte[1];
        for (int i = 0; i < KEY_UPDATE_RECORDS + 1_000; i++) {
            one[0] = (byte) sent++;
            client.protocol().writeApplicationData(one, 0, 1);
            move(client.protocol(), server.protocol());
        }
        assertThat(moved)
                .as("there was one key update among the records")
                .isEqualTo(sent * (RECORD_OVERHEAD + 1) + RECORD_OVERHEAD + KEY_UPDATE_BYTES);
        assertThat(atServer.received).isEqualTo(sent);
        assertThat(atServer.wrong).isFalse();
        // The other side was asked for new keys as well, and sends them before its next bytes.
        for (int i = 0; i < 1_000; i++) {
            one[0] = (byte) i;
            server.protocol().writeApplicationData(one, 0, 1);
            move(server.protocol(), client.protocol());
        }
        assertThat(atClient.received).isEqualTo(1_000);
        assertThat(atClient.wrong).isFalse();
    }
}
