package dev.carnet.daemon.transport;

import java.io.IOException;
import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/** Bouncy Castle's protocol without sockets. Decrypted bytes go from its own buffer straight to a sink: its queue would be one more copy of everything. */
interface TlsEngine {
    /** Takes decrypted bytes; must not throw, since the protocol would answer with an alert. */
    interface Sink {
        void received(byte[] bytes, int offset, int length);
    }

    /** Makes the first flight where we dial. Slow, as is every step of a handshake. */
    void begin() throws IOException;

    TlsProtocol protocol();

    static TlsEngine server(JcaTlsCrypto crypto, Handshake handshake, Sink sink) {
        return new Server(crypto, handshake, sink);
    }

    static TlsEngine client(JcaTlsCrypto crypto, Handshake handshake, Protocols.Alpn alpn, Sink sink) {
        return new Client(crypto, handshake, alpn, sink);
    }

    /** Accepts. */
    final class Server extends TlsServerProtocol implements TlsEngine {
        private final CarnetTlsServer server;
        private final Handshake handshake;
        private final Sink sink;

        Server(JcaTlsCrypto crypto, Handshake handshake, Sink sink) {
            this.server = new CarnetTlsServer(crypto, handshake);
            this.handshake = handshake;
            this.sink = sink;
        }

        @Override
        public void begin() throws IOException {
            accept(server);
        }

        @Override
        public TlsProtocol protocol() {
            return this;
        }

        @Override
        protected void processRecord(short type, byte[] bytes, int offset, int length) throws IOException {
            if (type == ContentType.application_data && handshake.established() != null) {
                sink.received(bytes, offset, length);
            } else {
                super.processRecord(type, bytes, offset, length);
            }
        }
    }

    /** Dials. */
    final class Client extends TlsClientProtocol implements TlsEngine {
        private final CarnetTlsClient client;
        private final Handshake handshake;
        private final Sink sink;

        Client(JcaTlsCrypto crypto, Handshake handshake, Protocols.Alpn alpn, Sink sink) {
            this.client = new CarnetTlsClient(crypto, handshake, alpn);
            this.handshake = handshake;
            this.sink = sink;
        }

        @Override
        public void begin() throws IOException {
            connect(client);
        }

        @Override
        public TlsProtocol protocol() {
            return this;
        }

        @Override
        protected void processRecord(short type, byte[] bytes, int offset, int length) throws IOException {
            if (type == ContentType.application_data && handshake.established() != null) {
                sink.received(bytes, offset, length);
            } else {
                super.processRecord(type, bytes, offset, length);
            }
        }
    }
}
