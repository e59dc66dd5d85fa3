package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.PublicKeys;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The keyring over the key files, once they are bound. */
record FileKeyring(PublicKeys publicKeys, EntrySigner signer, Evidence evidence, List<Evidence> earlier, KeyFiles files)
        implements Keyring {
    @Override
    public byte[] sign(byte[] payload) {
        return new Dsse(payload, List.of(signer.signEd25519(payload))).encode();
    }

    @Override
    public byte[] signTwice(byte[] payload) {
        return new Dsse(payload, signer.signBoth(payload)).encode();
    }

    @Override
    public byte[] countersign(byte[] envelope) {
        return countersign(envelope, signer);
    }

    @Override
    public byte[] countersign(byte[] envelope, List<String> entryKeyIds) {
        return countersign(
                envelope,
                signer(entryKeyIds)
                        .orElseThrow(() -> new IllegalArgumentException("no entry keys " + entryKeyIds + " are here")));
    }

    private static byte[] countersign(byte[] envelope, EntrySigner signer) {
        var dsse = Dsse.parse(envelope);
        return dsse.with(signer.signBoth(dsse.payload())).encode();
    }

    @Override
    public boolean holds(List<String> entryKeyIds) {
        return signer(entryKeyIds).isPresent();
    }

    private Optional<EntrySigner> signer(List<String> ids) {
        if (ids.equals(signer.keys().ids())) {
            return Optional.of(signer);
        }
        try {
            return files.formerEntrySigner(ids);
        } catch (IOException | LedgerException unreadable) {
            return Optional.empty(); // as if they were gone: nothing that is needed now is broken
        }
    }

    @Override
    public List<String> entryKeyIds() {
        return signer.keys().ids();
    }
}
