package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.v1.Control;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Vector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateStatusRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/** A peer with a blocking socket that says exactly what a test wants, however wrong. */
public final class RawPeer implements AutoCloseable {
    private static final JcaTlsCrypto CRYPTO = new RoutedCrypto().create();

    public final DataInputStream in;
    public final OutputStream out;
    public final byte[] joinKey;
    public final byte[] joinStream;
    private final Socket socket;

    private RawPeer(Socket socket, DataInputStream in, OutputStream out, byte[] joinKey, byte[] joinStream) {
        this.socket = socket;
        this.in = in;
        this.out = out;
        this.joinKey = joinKey;
        this.joinStream = joinStream;
    }

    /** A good one. */
    static RawPeer connect(InetSocketAddress address, Credentials own, TrustAnchors trust, Protocols.Alpn alpn) {
        return new Loose(own).alpn(alpn.text).connect(address);
    }

    /** A good one of this protocol, for tests of other packages. */
    public static RawPeer connect(InetSocketAddress address, Credentials own, String protocol) {
        return new Loose(own).alpn(protocol).connect(address);
    }

    /** One that shows no certificate. */
    public static RawPeer connectAnonymously(InetSocketAddress address, Credentials own) {
        return new Loose(own).withoutCertificate().connect(address);
    }

    static Control read(DataInputStream in) {
        try {
            FrameAssembler assembler = new FrameAssembler();
            byte[] length = in.readNBytes(4);
            byte[] body = in.readNBytes(ByteBuffer.wrap(length).getInt());
            return assembler.next(
                    ByteBuffer.allocate(4 + body.length).put(length).put(body).flip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Control read() {
        return read(in);
    }

    /** The next that is no heartbeat. */
    Control readNext() {
        Control message = read();
        while (message.hasHeartbeat()) {
            message = read();
        }
        return message;
    }

    void write(Control message) {
        write(FrameAssembler.frame(message));
    }

    /** Waits for a byte no longer than this; {@link Site#PATIENCE} where nothing was said. */
    public RawPeer patience(Duration longest) {
        try {
            socket.setSoTimeout((int) longest.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public void write(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The accepting end of a control connection, that shows {@code own} and takes whoever comes. */
    public static RawPeer accept(Socket socket, Credentials own) {
        try {
            socket.setSoTimeout((int) Site.PATIENCE.toMillis());
            var protocol = new TlsServerProtocol(socket.getInputStream(), socket.getOutputStream());
            protocol.accept(new AnyServer(own));
            return new RawPeer(
                    socket,
                    new DataInputStream(protocol.getInputStream()),
                    protocol.getOutputStream(),
                    new byte[0],
                    new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for a certificate and believes it. */
    private static final class AnyServer extends DefaultTlsServer {
        private final Credentials own;

        AnyServer(Credentials own) {
            super(CRYPTO);
            this.own = own;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.TLSv13.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return Protocols.suites();
        }

        @Override
        public int[] getSupportedGroups() {
            return new int[] {Protocols.GROUP};
        }

        @Override
        protected Vector<ProtocolName> getProtocolNames() {
            return new Vector<>(List.of(ProtocolName.asUtf8Encoding(Protocols.Alpn.CONTROL.text)));
        }

        @Override
        public CertificateRequest getCertificateRequest() throws IOException {
            return new CertificateRequest(
                    TlsUtils.EMPTY_BYTES, TlsUtils.getDefaultSupportedSignatureAlgorithms(context), null, null);
        }

        @Override
        public TlsCredentials getCredentials() throws IOException {
            return TlsIdentity.signer(own, CRYPTO, context, TlsUtils.EMPTY_BYTES);
        }

        @Override
        public void notifyClientCertificate(Certificate certificate) {
            // whoever it is
        }
    }

    /** A client that can leave out whatever SPEC wants. */
    static final class Loose {
        private final Credentials own;
        private Integer[] groups = {Protocols.GROUP};
        private ProtocolVersion[] versions = ProtocolVersion.TLSv13.only();
        private List<String> alpn = List.of(Protocols.Alpn.CONTROL.text);
        private boolean certificate = true;
        private byte[] joinKey;
        private byte[] joinStream;

        Loose(Credentials own) {
            this.own = own;
        }

        Loose groups(Integer... numbers) {
            groups = numbers;
            return this;
        }

        Loose versions(ProtocolVersion... list) {
            versions = list;
            return this;
        }

        Loose alpn(String... names) {
            alpn = List.of(names);
            return this;
        }

        Loose withoutCertificate() {
            certificate = false;
            return this;
        }

        RawPeer connect(InetSocketAddress address) {
            try {
                Socket socket = new Socket(address.getAddress(), address.getPort());
                socket.setSoTimeout((int) Site.PATIENCE.toMillis());
                var protocol = new TlsClientProtocol(socket.getInputStream(), socket.getOutputStream());
                protocol.connect(new Client());
                return new RawPeer(
                        socket,
                        new DataInputStream(protocol.getInputStream()),
                        protocol.getOutputStream(),
                        joinKey,
                        joinStream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private final class Client extends DefaultTlsClient {
            Client() {
                super(CRYPTO);
            }

            @Override
            protected ProtocolVersion[] getSupportedVersions() {
                return versions;
            }

            @Override
            protected int[] getSupportedCipherSuites() {
                return Stream.concat(
                                java.util.stream.IntStream.of(Protocols.suites())
                                        .boxed(),
                                Stream.of(org.bouncycastle.tls.CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256))
                        .mapToInt(Integer::intValue)
                        .toArray();
            }

            @Override
            protected Vector<Integer> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
                return new Vector<>(List.of(groups));
            }

            @Override
            public Vector<Integer> getEarlyKeyShareGroups() {
                return new Vector<>(List.of(groups[0]));
            }

            @Override
            protected Vector<ProtocolName> getProtocolNames() {
                return alpn.isEmpty()
                        ? null
                        : alpn.stream().map(ProtocolName::asUtf8Encoding).collect(Collectors.toCollection(Vector::new));
            }

            @Override
            protected CertificateStatusRequest getCertificateStatusRequest() {
                return null;
            }

            @Override
            public TlsAuthentication getAuthentication() {
                TlsContext tls = context;
                return new TlsAuthentication() {
                    @Override
                    public void notifyServerCertificate(TlsServerCertificate unused) {
                        // whoever it is
                    }

                    @Override
                    public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                        return certificate
                                ? TlsIdentity.signer(own, CRYPTO, tls, request.getCertificateRequestContext())
                                : null;
                    }
                };
            }

            @Override
            public void notifyHandshakeComplete() throws IOException {
                super.notifyHandshakeComplete();
                if (ProtocolVersion.TLSv13.equals(context.getServerVersion())) {
                    joinKey = context.exportKeyingMaterial(Protocols.EXPORTER_JOIN_KEY, new byte[0], 32);
                    joinStream = context.exportKeyingMaterial(Protocols.EXPORTER_JOIN_STREAM, new byte[0], 32);
                }
            }
        }
    }

    /** The alert in an exception's chain, for assertions. */
    public static String alertOf(Throwable thrown) {
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            if (e instanceof org.bouncycastle.tls.TlsFatalAlertReceived alert) {
                return AlertDescription.getName(alert.getAlertDescription());
            }
        }
        return "none in " + thrown;
    }
}
