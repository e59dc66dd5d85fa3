package dev.carnet.client.custody;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A place where a checkpoint is, was or may be.
 *
 * @param origin of the holder's ledger
 * @param holder SPIFFE ID
 * @param volume empty, with {@code name}, where only a seal tells of it
 * @param since a claim of the clock of whoever wrote the entry
 * @param until where it is released or destroyed
 * @param tree digest, hex
 * @param from SPIFFE ID of the source
 * @param transfer id
 * @param asked under whose request and which rules
 * @param verified when it was last read again and found whole, or written
 * @param unheard origin of the ledger that says something of it, too, and was not given or does not verify
 * @param entries all that say something of it, by origin and index
 * @param doubts what of these entries other ledgers do not bear out
 */
public record Copy(
        String origin,
        String holder,
        String volume,
        String name,
        State state,
        Instant since,
        Optional<Instant> until,
        Optional<String> tree,
        Optional<String> from,
        Optional<String> transfer,
        Asked asked,
        Optional<Instant> verified,
        Optional<String> unheard,
        List<EntryRef> entries,
        List<Doubt> doubts) {
    /** Makes one that nothing changes. */
    public Copy {
        doubts = List.copyOf(doubts);
        entries = List.copyOf(entries);
    }

    /**
     * At whose request, and under which rules of which policy.
     *
     * @param principal label of who asked
     * @param grant by which the principal might ask
     * @param sourceRule of the source's policy
     * @param sourcePolicy its digest, hex
     * @param destinationRule of the destination's policy
     * @param destinationPolicy its digest, hex
     */
    public record Asked(
            Optional<String> principal,
            Optional<String> grant,
            Optional<String> sourceRule,
            Optional<String> sourcePolicy,
            Optional<String> destinationRule,
            Optional<String> destinationPolicy) {
        /** Of a copy that no transfer brought. */
        public static final Asked NOBODY = new Asked(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Whether it takes somebody's word that nobody else's bears out to believe that it is there. */
    public boolean unsure() {
        return state.kind() == State.Kind.UNSURE
                || (state.kind() == State.Kind.THERE && (unheard.isPresent() || !doubts.isEmpty()));
    }

    /** {@code volume/name}; empty where only a seal tells of it. */
    public String place() {
        return volume.isEmpty() ? "" : volume + "/" + name;
    }
}
