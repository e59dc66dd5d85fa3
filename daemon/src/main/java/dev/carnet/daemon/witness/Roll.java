package dev.carnet.daemon.witness;

import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.TrustPolicy;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The witnesses by the names that the policy gives them: which have been heard since the start, and which have to cosign. */
final class Roll {
    private final Supplier<Optional<TrustPolicy>> policy;
    private final Map<String, String> trouble = new ConcurrentHashMap<>();
    private final Set<NoteKey> heard = ConcurrentHashMap.newKeySet();

    /** @param policy the one in force, asked anew each time */
    Roll(Supplier<Optional<TrustPolicy>> policy) {
        this.policy = policy;
    }

    Optional<TrustPolicy> policy() {
        return policy.get();
    }

    /** Whoever signs with this key has shown what it knows of our log, and that was no more than we know. */
    void heard(NoteKey key) {
        heard.add(key);
        names(key).forEach(name -> trouble(name, ""));
    }

    /** It verifies, and was not made since the start. */
    void stale(SignedCheckpoint.Verified line) {
        String what = "the time of its cosignature is "
                + Instant.ofEpochSecond(Math.clamp(line.line().time(), 0L, Integer.MAX_VALUE))
                + ", before this daemon's start: is its clock right?";
        names(line.key()).forEach(name -> trouble(name, what));
    }

    private Stream<String> names(NoteKey key) {
        return policy().stream()
                .flatMap(one -> one.witnesses().entrySet().stream())
                .filter(witness -> witness.getValue().equals(key))
                .map(Map.Entry::getKey);
    }

    /** What is wrong with a witness, for people; empty: nothing any more. */
    void trouble(String name, String what) {
        if (what.isEmpty()) {
            trouble.remove(name);
        } else {
            trouble.put(name, what);
        }
    }

    /** Who has to be heard before anything is signed: those who have not been, where they alone could have cosigned what this daemon does not remember. */
    Optional<String> unheard() {
        return policy().flatMap(one -> {
            Set<String> silent = new TreeSet<>(one.witnesses().keySet());
            silent.removeIf(name -> heard.contains(one.witnesses().get(name)));
            return one.quorum().equals(TrustPolicy.NONE) || silent.isEmpty() || !one.quorumOf(silent)
                    ? Optional.empty()
                    : Optional.of(
                            "since its start it has not heard from " + names(silent)
                                    + ", who might know more of this ledger than is here. Start them; or where one is gone for good, take"
                                    + " it out of the file that [daemon] witnesses names and say `carnet reload`: that is on record");
        });
    }

    boolean demanded(NoteSignature line) {
        return policy().filter(one -> one.witnesses().values().stream().anyMatch(key -> key.named(line)))
                .isPresent();
    }

    /** Who has to cosign and has not. */
    Optional<String> missing(SignedCheckpoint note) {
        return policy().flatMap(one -> {
            Set<String> cosigned = cosigned(one, note);
            if (one.quorumOf(cosigned)) {
                return Optional.empty();
            }
            Set<String> missing = new TreeSet<>(one.witnesses().keySet());
            missing.removeAll(cosigned);
            return Optional.of("the quorum '" + one.quorum() + "' of witnesses has not cosigned it: " + names(missing)
                    + " did not");
        });
    }

    private static Set<String> cosigned(TrustPolicy policy, SignedCheckpoint note) {
        Set<NoteKey> keys;
        try {
            keys = note.verify(policy.witnesses().values()).stream()
                    .map(SignedCheckpoint.Verified::key)
                    .collect(Collectors.toSet());
        } catch (LogException e) {
            return Set.of();
        }
        return policy.witnesses().entrySet().stream()
                .filter(witness -> keys.contains(witness.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private String names(Set<String> names) {
        return names.stream()
                .map(name -> trouble.containsKey(name) ? name + " (" + trouble.get(name) + ")" : name)
                .collect(Collectors.joining(", "));
    }
}
