package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.PublicKeys;
import dev.carnet.proto.log.Cosignatures;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The keyring over the key files, once they are bound. */
record FileKeyring(
        PublicKeys publicKeys,
        PairSigner signer,
        PairSigner log,
        PairSigner witness,
        ManifestSigner manifest,
        Evidence evidence,
        List<Evidence> earlier,
        KeyFiles files)
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

    private static byte[] countersign(byte[] envelope, PairSigner signer) {
        var dsse = Dsse.parse(envelope);
        return dsse.with(signer.signBoth(dsse.payload())).encode();
    }

    @Override
    public boolean holds(List<String> entryKeyIds) {
        return signer(entryKeyIds).isPresent();
    }

    private Optional<PairSigner> signer(List<String> ids) {
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
    public List<NoteSignature> signLog(LogCheckpoint checkpoint, Instant time) {
        long seconds = time.getEpochSecond();
        List<NoteKey> keys = LogKeys.log(checkpoint.origin(), publicKeys.log());
        return List.of(
                NoteSignature.of(keys.get(0), log.ed25519(checkpoint.body())),
                NoteSignature.timed(
                        keys.get(1),
                        seconds,
                        log.mldsa44(Cosignatures.mldsa44Message(checkpoint.origin(), seconds, checkpoint))));
    }

    @Override
    public List<NoteSignature> cosign(String name, LogCheckpoint checkpoint, Instant time) {
        long seconds = time.getEpochSecond();
        List<NoteKey> keys = LogKeys.witness(name, publicKeys.witness());
        return List.of(
                NoteSignature.timed(
                        keys.get(0), seconds, witness.ed25519(Cosignatures.ed25519Message(seconds, checkpoint))),
                NoteSignature.timed(
                        keys.get(1), seconds, witness.mldsa44(Cosignatures.mldsa44Message(name, seconds, checkpoint))));
    }

    @Override
    public List<byte[]> manifestKeys() {
        try {
            return files.manifestKeys();
        } catch (IOException | LedgerException unreadable) {
            return List.of(manifest.publicKey()); // as if those before were gone
        }
    }

    @Override
    public List<String> entryKeyIds() {
        return signer.keys().ids();
    }
}
