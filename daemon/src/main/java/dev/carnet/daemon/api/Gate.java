package dev.carnet.daemon.api;

import dev.carnet.daemon.config.OwnUser;
import dev.carnet.daemon.config.RightsConfig;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.LocalRights;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.policy.Policy.Right;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.policy.RulePolicy;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.wire.v1.Code;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Lets callers in by the policy in force, and hands on what it refuses: 403 with a sentence that names principal, right, volume, and what would have to stand in the configuration.
 *
 * @param policy asked anew for each request
 * @param refusals where every refusal of a local caller goes
 */
public record Gate(Supplier<Policy> policy, RefusalSink refusals) {
    /** For this process's own user and root, and nobody else; refusals are logged. */
    static Gate ownUser() {
        Policy policy = new RulePolicy(List.of(), LocalRights.of(RightsConfig.NONE, OwnUser.uid()));
        return new Gate(() -> policy, RefusalSink.LOG);
    }

    /** The label of whoever asks. */
    String principal(Caller caller) {
        return policy.get()
                .principal(caller)
                .orElseThrow(() -> refuse(
                        caller.who(),
                        "",
                        "no [[principal]] of the daemon's configuration names " + caller.who()
                                + " or one of its groups ("
                                + caller + "): add one with user = \"" + Integer.toUnsignedString(caller.uid())
                                + "\", give it a [[grant]], and reload"));
    }

    /** Has one of these rights, on some volume at least; a row of the API's table names them. */
    void any(String principal, Set<Right> rights) {
        if (rights.stream().noneMatch(right -> has(principal, right, ""))) {
            throw refuse(principal, "", missing(principal, rights, ""));
        }
    }

    /** Whether {@link #own} would pass; nothing is recorded. */
    boolean mayOwn(String principal, Optional<String> startedBy) {
        return startedBy.filter(principal::equals).isPresent() || has(principal, Right.ADMIN, "");
    }

    /** Has the right to {@code admin}, or started this itself. */
    void own(String principal, Optional<String> startedBy, String what) {
        if (!mayOwn(principal, startedBy)) {
            throw refuse(
                    principal,
                    "",
                    what + " was not started by the principal '" + principal
                            + "', and only who has the right admin may " + "see, cancel or continue what others started"
                            + toGive(principal, "admin", ""));
        }
    }

    /** Has some right on a volume. */
    void volume(String principal, String volume) {
        Optional<Set<String>> volumes = policy.get().volumes(principal);
        if (volumes.isPresent() && !volumes.get().contains(volume)) {
            throw refuse(principal, volume, missing(principal, Set.of(Right.PUSH, Right.PULL, Right.DESTROY), volume));
        }
    }

    /** May move something to or from a peer, on some volume. */
    void peer(String principal, String peer) {
        Policy now = policy.get();
        if (now.grants(principal, Right.PUSH, "", peer).isEmpty()
                && now.grants(principal, Right.PULL, "", peer).isEmpty()
                && !admin(principal)) {
            throw refuse(
                    principal,
                    "",
                    "the principal '" + principal + "' has no right to push to or pull from " + peer
                            + toGive(principal, "push", ""));
        }
    }

    /** The volumes that a principal may look at; empty for all. */
    Optional<Set<String>> volumes(String principal) {
        return policy.get().volumes(principal);
    }

    boolean admin(String principal) {
        return has(principal, Right.ADMIN, "");
    }

    private boolean has(String principal, Right right, String volume) {
        return policy.get().grants(principal, right, volume, "").isPresent();
    }

    /** Runs what a caller asked for; what it may not, or may not have from there, is told to the sink. What is merely wrong or in the way is nobody's refusal. */
    <T> T telling(String principal, Supplier<T> asked) {
        try {
            return asked.get();
        } catch (ApiRefusal e) {
            tellRefusal(principal, e.code(), e);
            throw e;
        } catch (TransferException e) {
            tellRefusal(principal, e.code(), e);
            throw e;
        }
    }

    private void tellRefusal(String principal, Code code, RuntimeException why) {
        if (code == Code.POLICY || code == Code.BAD_SOURCE) {
            told(principal, code, "", String.valueOf(why.getMessage()));
        }
    }

    /** Told to the sink; what another room refused goes the same way. */
    void told(String principal, Code code, String volume, String sentence) {
        refusals.refused(principal, code, volume, sentence);
    }

    private ApiRefusal refuse(String who, String volume, String sentence) {
        told(who, Code.POLICY, volume, sentence);
        return new ApiRefusal(403, Code.POLICY, sentence);
    }

    private static String missing(String principal, Set<Right> rights, String volume) {
        String words = rights.stream().sorted().map(Right::label).collect(Collectors.joining(" or "));
        return "the principal '" + principal + "' has no right to " + words
                + (volume.isEmpty() ? "" : " on the volume '" + volume + "'")
                + toGive(
                        principal,
                        rights.stream().sorted().map(Right::label).findFirst().orElse(""),
                        volume);
    }

    private static String toGive(String principal, String right, String volume) {
        return "; to give it, add [[grant]] principal = \"" + principal + "\", "
                + (right.equals("admin") || right.equals("audit")
                        ? ""
                        : "volume = \"" + (volume.isEmpty() ? "..." : volume) + "\", ")
                + "allow = \"" + right
                + "\" to the daemon's configuration, and reload";
    }
}
