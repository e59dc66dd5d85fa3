package dev.carnet.client.audit;

import java.time.Instant;
import java.util.List;

/**
 * Who vouches for a ledger besides itself, by a trust file.
 *
 * @param asked whether there was a trust file
 * @param log whether a listed key of the log signed the checkpoint
 * @param cosigned the listed witnesses whose cosignatures verify, by name
 * @param quorum what has to have cosigned: a name of the trust file, or {@code none}
 * @param quorumMet whether it has
 */
public record Vouching(boolean asked, boolean log, List<Witness> cosigned, String quorum, boolean quorumMet) {
    /** Where nobody was asked. */
    static final Vouching NOBODY = new Vouching(false, false, List.of(), "none", false);

    /** Makes one that nothing changes. */
    public Vouching {
        cosigned = List.copyOf(cosigned);
    }

    /**
     * A witness that has cosigned.
     *
     * @param name as the trust file calls it
     * @param key the name that its key has
     * @param time when, by its own clock: the checkpoint is not younger
     * @param own whether it belongs to the audited party: the daemon itself, or one of its trust domain
     */
    public record Witness(String name, String key, Instant time, boolean own) {}

    /** Whether nobody but the audited party has cosigned. */
    public boolean onlyOwnWitnesses() {
        return !cosigned.isEmpty() && cosigned.stream().allMatch(Witness::own);
    }
}
