package dev.carnet.daemon.transport;

import java.util.List;
import java.util.Optional;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.NamedGroup;

/** The constants of SPEC section 5. */
final class Protocols {
    static final int GROUP = NamedGroup.X25519MLKEM768;
    static final String GROUP_NAME = "X25519MLKEM768";

    static final String EXPORTER_SESSION = "EXPORTER-carnet-session";
    static final String EXPORTER_JOIN_KEY = "EXPORTER-carnet-join-key";
    static final String EXPORTER_JOIN_STREAM = "EXPORTER-carnet-join-stream";
    static final int EXPORTER_BYTES = 32;

    private static final List<Integer> SUITES =
            List.of(CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_AES_128_GCM_SHA256);
    private static final List<String> SUITE_NAMES = List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256");

    private Protocols() {}

    /** What a connection is for, told apart by ALPN. */
    enum Alpn {
        CONTROL("carnet-ctl/1"),
        DATA("carnet-data/1"),
        HTTP("http/1.1");

        final String text;

        Alpn(String text) {
            this.text = text;
        }

        static Optional<Alpn> of(String text) {
            return List.of(values()).stream().filter(a -> a.text.equals(text)).findFirst();
        }
    }

    static int[] suites() {
        return SUITES.stream().mapToInt(Integer::intValue).toArray();
    }

    static List<String> suiteNames() {
        return SUITE_NAMES;
    }

    static String suiteName(int suite) {
        return SUITE_NAMES.get(SUITES.indexOf(suite));
    }
}
