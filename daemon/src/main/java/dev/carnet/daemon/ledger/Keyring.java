package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.PublicKeys;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.oms.OmsSigner;
import java.time.Instant;
import java.util.List;

/** The daemon's long-lived signing keys (SPEC "Keys"), made at first start; private halves never leave this object. */
public interface Keyring {
    PublicKeys publicKeys();

    /** DSSE envelope signed with the Ed25519 entry key alone. */
    byte[] sign(byte[] payload);

    /** DSSE envelope signed with both entry keys (receipts, seals, key bindings). */
    byte[] signTwice(byte[] payload);

    /** Adds both our signatures to an envelope that others have signed; the payload stays as it is, signatures are sorted by key id. */
    byte[] countersign(byte[] envelope);

    /**
     * The same with the entry keys of these ids: those of now, or others that were in use before and still lie in {@code keys/previous/}.
     *
     * @throws IllegalArgumentException where they are not here: see {@link #holds}
     */
    byte[] countersign(byte[] envelope, List<String> entryKeyIds);

    /** Whether {@link #countersign(byte[], List)} can sign with the keys of these ids. */
    boolean holds(List<String> entryKeyIds);

    /** The current key binding, as the Offer and Accept carry it. */
    Evidence evidence();

    /** The bindings before it, the oldest first: at most the newest 16, each of which follows the one before. */
    List<Evidence> earlier();

    /** Envelope of the key-binding entry and the key proof that it names. */
    record Evidence(byte[] binding, byte[] proof) {}

    /** Signature lines of the two log keys under the origin: Ed25519 over the text, ML-DSA-44 with the time. */
    List<NoteSignature> signLog(LogCheckpoint checkpoint, Instant time);

    /** Cosignatures of the two witness keys for another's log checkpoint, under {@code name}; with the time. */
    List<NoteSignature> cosign(String name, LogCheckpoint checkpoint, Instant time);

    /** Signs OMS bundles with the manifest key, the same bytes for the same message. */
    OmsSigner manifest();

    /** DER SubjectPublicKeyInfo of the manifest key, and of those before it whose files still lie in {@code keys/previous/}. */
    List<byte[]> manifestKeys();

    /** Ids of the two entry keys: Ed25519 first. */
    List<String> entryKeyIds();
}
