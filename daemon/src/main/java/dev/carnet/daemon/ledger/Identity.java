package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import java.util.Optional;

/**
 * Whose state directory this is. Set at first start, never changed.
 *
 * @param spiffeId the daemon's SPIFFE ID
 * @param origin its log's origin
 */
record Identity(String spiffeId, String origin) {
    private static final byte[] SPIFFE_ID = "ledger-spiffe-id".getBytes(UTF_8);
    private static final byte[] ORIGIN = "ledger-origin".getBytes(UTF_8);
    private static final String SCHEME = "spiffe://";

    /** The SPIFFE ID without its scheme: what an origin is where the configuration names none. */
    static String defaultOrigin(String spiffeId) {
        if (!spiffeId.startsWith(SCHEME)) {
            throw new IllegalArgumentException("no SPIFFE ID: " + spiffeId);
        }
        return spiffeId.substring(SCHEME.length());
    }

    /**
     * Reads whose it is, or makes it ours.
     *
     * @param origin the configured one
     * @throws LedgerException where it is another's
     */
    static Identity claim(Store store, String spiffeId, Optional<String> origin) {
        var wanted = new Identity(spiffeId, origin.orElseGet(() -> defaultOrigin(spiffeId)));
        var found = store.<Identity>write(tx -> {
            var id = tx.get(Table.META, SPIFFE_ID);
            var name = tx.get(Table.META, ORIGIN);
            if (id.isPresent() && name.isPresent()) {
                return new Identity(new String(id.get(), UTF_8), new String(name.get(), UTF_8));
            }
            tx.put(Table.META, SPIFFE_ID, wanted.spiffeId().getBytes(UTF_8));
            tx.put(Table.META, ORIGIN, wanted.origin().getBytes(UTF_8));
            return wanted;
        });
        check(found.spiffeId(), spiffeId, found.origin(), origin.orElse(found.origin()));
        return found;
    }

    /** Of the log whose state this is; empty before the first start. */
    static Optional<String> origin(Store store) {
        return store.read(tx -> tx.get(Table.META, ORIGIN)).map(name -> new String(name, UTF_8));
    }

    static void check(String foundId, String id, String foundOrigin, String origin) {
        if (!foundId.equals(id)) {
            throw new LedgerException("this state directory belongs to " + foundId + ", and the certificate is of " + id
                    + ": use that daemon's certificate, or another state directory");
        }
        if (!foundOrigin.equals(origin)) {
            throw new LedgerException(
                    "this ledger's origin is " + foundOrigin + " and never changes, and the configuration says "
                            + origin + ": correct the configuration, or use another state directory");
        }
    }
}
