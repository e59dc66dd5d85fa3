package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.PublicKeys;
import java.util.List;

/** The keyring over the key files, once they are bound. */
record FileKeyring(PublicKeys publicKeys, EntrySigner signer, Evidence evidence) implements Keyring {
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
        var dsse = Dsse.parse(envelope);
        return dsse.with(signer.signBoth(dsse.payload())).encode();
    }

    @Override
    public List<String> entryKeyIds() {
        return signer.keys().ids();
    }
}
