package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A peer's log has two histories. What has been made shows that its two log checkpoints cannot both be of one log; that the peer has signed both is for
 * {@link #verify} to see.
 *
 * @param peer SPIFFE ID of whose log it is
 * @param peerOrigin of that log
 * @param binding SHA-256 of the payload of the key binding whose log keys signed {@code second}
 * @param firstBinding the same of {@code first}, where that is another
 * @param first a log checkpoint with the two lines of the log, size from 1
 * @param second another, of no smaller size
 * @param proof where the sizes differ: {@link Proofs#earlierRoot how the tree of {@code second} came from} another one than {@code first}'s; empty where they are equal
 */
public record ObservedFork(
        String daemon,
        String origin,
        Instant time,
        String peer,
        String peerOrigin,
        String binding,
        Optional<String> firstBinding,
        String first,
        String second,
        List<Hash32> proof)
        implements Statement {
    private static final String SUBJECT = "fork";
    private static final int LINES = 2;

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong, or why it shows no fork
     */
    public ObservedFork {
        PredicateMembers.check(daemon, origin);
        time = Forms.time(time, "time");
        Forms.spiffeId(peer, "peer");
        Forms.require(!daemon.equals(peer), "daemon and peer are the same");
        Forms.origin(peerOrigin, "peerOrigin");
        Forms.digest(binding, "binding");
        firstBinding.ifPresent(digest -> Forms.digest(digest, "firstBinding"));
        Forms.require(!firstBinding.equals(Optional.of(binding)), "firstBinding is there and the same as binding");
        proof = List.copyOf(proof);
        Forms.between(proof.size(), 0, Proofs.HASHES_MAX, "the number of hashes of proof");
        LogCheckpoint one = note(first, peerOrigin, "first").checkpoint();
        LogCheckpoint other = note(second, peerOrigin, "second").checkpoint();
        Forms.require(one.size() > 0, "first is of no entries: every log begins like that");
        Forms.require(one.size() <= other.size(), "second is of a smaller size than first");
        if (one.size() == other.size()) {
            Forms.require(proof.isEmpty(), "a proof between two log checkpoints of one size");
            Forms.require(!one.root().equals(other.root()), "first and second have the same root: this is no fork");
        } else {
            Forms.require(!earlier(one, other, proof).equals(one.root()), "second goes on from first: this is no fork");
        }
    }

    private static Hash32 earlier(LogCheckpoint one, LogCheckpoint other, List<Hash32> proof) {
        try {
            return Proofs.earlierRoot(one.size(), other.size(), other.root(), proof);
        } catch (LogException e) {
            throw new StatementException("proof: " + e.getMessage(), e);
        }
    }

    /** Both lines are of the log, by their names; the keys are seen later. */
    private static SignedCheckpoint note(String text, String origin, String member) {
        SignedCheckpoint note;
        try {
            note = SignedCheckpoint.parse(text.getBytes(UTF_8));
        } catch (LogException e) {
            throw new StatementException(member + ": " + e.getMessage(), e);
        }
        Forms.require(note.checkpoint().origin().equals(origin), member + " is of another log than peerOrigin");
        Forms.require(
                note.signatures().size() == LINES
                        && note.signatures().stream()
                                .allMatch(line -> line.name().equals(origin)),
                member + " has not exactly the two lines of its log");
        return note;
    }

    /**
     * Verifies that the peer has signed both log checkpoints, each with both of the log keys that its binding names: then they are evidence by themselves.
     *
     * @param ofFirst {@link #bindingOfFirst}; has been {@linkplain KeyBinding#verify verified}
     * @param ofSecond {@link #binding}; likewise
     * @throws StatementException where one is another binding than the one named, or another's, or where a line does not verify
     */
    public void verify(KeyBinding ofFirst, KeyBinding ofSecond) {
        mustBeSigned(first, ofFirst, bindingOfFirst(), "first");
        mustBeSigned(second, ofSecond, binding, "second");
    }

    /** SHA-256 of the payload of the key binding whose log keys signed {@code first}. */
    public String bindingOfFirst() {
        return firstBinding.orElse(binding);
    }

    private void mustBeSigned(String text, KeyBinding keys, String named, String member) {
        Forms.require(
                keys.payloadDigest().equals(named), member + ": another key binding than the one that is named for it");
        Forms.require(
                keys.list().spiffeId().equals(peer) && keys.list().origin().equals(peerOrigin),
                "the key binding is not that of " + peer + " for " + peerOrigin);
        List<NoteKey> log = LogKeys.log(peerOrigin, keys.list().keys().log());
        try {
            Set<NoteKey> signed = new HashSet<>();
            note(text, peerOrigin, member).verify(log).forEach(line -> signed.add(line.key()));
            Forms.require(signed.containsAll(log), member + " is not signed by both log keys of its key binding");
        } catch (LogException e) {
            throw new StatementException(member + ": " + e.getMessage(), e);
        }
    }

    /** SHA-256 of both log checkpoints, one after the other: the subject. */
    public String fork() {
        return Digests.sha256Hex((first + second).getBytes(UTF_8));
    }

    /**
     * Reads one.
     *
     * @throws StatementException if the bytes are not exactly what {@link #payload} gives
     */
    public static ObservedFork read(byte[] payload) {
        StatementText text = StatementText.read(payload).expect(Predicate.OBSERVED_FORK);
        return text.mustBe(from(text));
    }

    static ObservedFork from(StatementText text) {
        Members m = text.members();
        ObservedFork fork = new ObservedFork(
                m.string("daemon"),
                m.string("origin"),
                m.time("time"),
                m.string("peer"),
                m.string("peerOrigin"),
                m.string("binding"),
                m.optionalString("firstBinding"),
                m.string("first"),
                m.string("second"),
                m.optionalStrings("proof").stream()
                        .map(digest -> {
                            Forms.digest(digest, "proof");
                            return Hash32.ofHex(digest);
                        })
                        .toList());
        Forms.require(fork.fork().equals(text.digestOf(SUBJECT)), "the subject is not first and second");
        return fork;
    }

    @Override
    public Predicate predicate() {
        return Predicate.OBSERVED_FORK;
    }

    @Override
    public byte[] payload() {
        Optional<List<String>> hashes =
                Optional.of(proof.stream().map(Hash32::hex).toList()).filter(list -> !list.isEmpty());
        Map<String, Object> members = PredicateMembers.of(daemon, origin, time)
                .put("peer", peer)
                .put("peerOrigin", peerOrigin)
                .put("binding", binding)
                .putIfPresent("firstBinding", firstBinding)
                .put("first", first)
                .put("second", second)
                .putIfPresent("proof", hashes)
                .map();
        return StatementText.write(predicate(), SUBJECT, fork(), members);
    }
}
