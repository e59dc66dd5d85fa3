package dev.carnet.proto.log;

import dev.carnet.proto.ledger.PublicKeys;
import dev.carnet.proto.ledger.Spki;
import java.util.List;

/** A daemon's log and witness keys (SPEC section 10), as keys of notes. */
public final class LogKeys {
    /** What the name of a daemon's witness has after its log's origin. */
    public static final String WITNESS_SUFFIX = "/witness";

    private LogKeys() {}

    /** The keys that sign a log's checkpoints, under its origin: Ed25519, ML-DSA-44. */
    public static List<NoteKey> log(String origin, PublicKeys.Pair keys) {
        return List.of(
                new NoteKey(origin, NoteKey.ED25519, Spki.rawEd25519(keys.ed25519())),
                new NoteKey(origin, NoteKey.MLDSA44, Spki.rawMldsa44(keys.mldsa44())));
    }

    /** The keys that cosign the log checkpoints of others, under the name of the witness: Ed25519, ML-DSA-44. */
    public static List<NoteKey> witness(String name, PublicKeys.Pair keys) {
        return List.of(
                new NoteKey(name, NoteKey.COSIGNATURE_ED25519, Spki.rawEd25519(keys.ed25519())),
                new NoteKey(name, NoteKey.MLDSA44, Spki.rawMldsa44(keys.mldsa44())));
    }
}
