package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.Vouching.Witness;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.SignedCheckpoint;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether what a trust file says of a ledger holds (LEDGER.md, section 4). */
final class TrustCheck {
    private final Trust trust;
    private final SignedCheckpoint note;
    private final String origin;
    private final Kind failing;
    private final Consumer<Finding> found;

    /**
     * Of a log checkpoint.
     *
     * @param failing what a line of a listed log key that does not verify is. Where the ledger is at hand its own keys say whether the log has signed, and a listed key may be an older one, in whose name
     *     whoever relays the log checkpoint adds a line: {@link Kind#TRUST}. Where it is not, nothing else says who signed: {@link Kind#LOG_SIGNATURE}
     */
    TrustCheck(Trust trust, SignedCheckpoint note, Kind failing, Consumer<Finding> found) {
        this.trust = trust;
        this.failing = failing;
        this.note = note;
        this.origin = note.checkpoint().origin();
        this.found = found;
    }

    /** With the bindings that verify, the first one first. */
    Vouching run(List<KeysAt> bindings) {
        if (trust.none()) {
            tell(
                    "checkpoint",
                    "there is no trust file: the ledger is consistent with itself, nobody's word is checked");
            return Vouching.NOBODY;
        }
        boolean log = log();
        List<Witness> cosigned = witnesses(bindings);
        boolean met = trust.quorumOf(cosigned.stream().map(Witness::name).collect(Collectors.toSet()));
        if (!met) {
            tell(
                    "checkpoint",
                    "the quorum '" + trust.quorum() + "' of the trust file is not met: "
                            + (cosigned.isEmpty()
                                    ? "no listed witness has cosigned"
                                    : cosigned.stream()
                                                    .map(Witness::name)
                                                    .collect(Collectors.joining(", ", "only ", ""))
                                            + " cosigned"));
        }
        Optional<KeysAt> before = Optional.empty();
        for (KeysAt keys : bindings) {
            binding(keys, before);
            before = Optional.of(keys);
        }
        return new Vouching(true, log, cosigned, trust.quorum(), met);
    }

    /** One listed key of the log has signed, and none has failed. */
    private boolean log() {
        List<NoteKey> listed = trust.logs(origin);
        if (listed.isEmpty()) {
            tell("checkpoint", "the trust file lists no key of the log " + origin);
            return false;
        }
        boolean signed = false;
        List<String> failed = new ArrayList<>();
        for (NoteKey key : listed) {
            try {
                signed |= !note.verify(List.of(key)).isEmpty();
            } catch (LogException e) {
                failed.add(String.valueOf(e.getMessage()));
            }
        }
        if (signed || failing != Kind.TRUST) { // else what is told next says it
            failed.forEach(why -> found.accept(new Finding(failing, "checkpoint", why)));
        }
        if (!signed) {
            tell("checkpoint", "no key that the trust file lists for the log " + origin + " has signed it");
        }
        return signed && failed.isEmpty();
    }

    private List<Witness> witnesses(List<KeysAt> bindings) {
        List<Witness> cosigned = new ArrayList<>();
        new TreeMap<>(trust.witnesses()).forEach((name, key) -> {
            try {
                note.verify(List.of(key)).stream()
                        .map(verified -> Instant.ofEpochSecond(verified.line().time()))
                        .max(Instant::compareTo)
                        .ifPresent(time -> cosigned.add(new Witness(name, key.name(), time, own(key, bindings))));
            } catch (LogException e) {
                tell("checkpoint", String.valueOf(e.getMessage()));
            }
        });
        return cosigned;
    }

    /**
     * Whether a witness belongs to the audited party: its key is one that a key binding here brings, its name is that of this daemon's witness, or its name lies in the trust domain of the daemon or where the origin
     * does.
     */
    private boolean own(NoteKey witness, List<KeysAt> bindings) {
        String host = host(witness.name());
        return host.equals(host(origin))
                || bindings.stream()
                        .map(KeysAt::binding)
                        .anyMatch(binding -> host.equals(domain(binding))
                                || LogKeys.witness(
                                                origin + LogKeys.WITNESS_SUFFIX,
                                                binding.list().keys().witness())
                                        .stream()
                                        .anyMatch(key -> Arrays.equals(key.raw(), witness.raw())));
    }

    private static String host(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    private static String domain(KeyBinding binding) {
        return SpiffeId.parse(binding.list().spiffeId()).trustDomain();
    }

    /** Signed by a listed entry key (its own, or one before: both have signed), or proved by a chain to a listed anchor. */
    private void binding(KeysAt keys, Optional<KeysAt> before) {
        Set<String> listed = trust.entryKeys(origin);
        boolean signed = Stream.concat(Stream.of(keys), before.stream())
                .flatMap(one -> one.binding().entry().ids().stream())
                .anyMatch(listed::contains);
        if (signed) {
            return;
        }
        chain(keys.binding())
                .ifPresent(why -> found.accept(EntryCheck.finding(
                        Kind.TRUST,
                        keys.index(),
                        "no entry key that the trust file lists has signed this key binding, and " + why)));
    }

    private Optional<String> chain(KeyBinding binding) {
        if (binding.chain().isEmpty()) {
            return Optional.of("its key proof is not there");
        }
        Optional<TrustAnchors> anchors = trust.anchors(domain(binding));
        if (anchors.isEmpty()) {
            return Optional.of("the trust file lists no anchor of the trust domain " + domain(binding));
        }
        IdentityException last = null;
        for (Instant moment : moments(binding.chain(), domain(binding))) {
            try {
                anchors.get().validate(binding.chain(), moment, TrustAnchors.Usage.EVIDENCE);
                return Optional.empty();
            } catch (IdentityException e) {
                last = e;
            }
        }
        return Optional.of("its key proof does not chain to a listed anchor: "
                + (last == null ? "its leaf is never valid" : last.getMessage()));
    }

    /** A chain that is valid at some moment is valid when its last certificate has become so: those moments, within the leaf's validity. */
    private List<Instant> moments(List<X509Certificate> chain, String domain) {
        X509Certificate leaf = chain.getFirst();
        Instant from = leaf.getNotBefore().toInstant();
        Instant until = leaf.getNotAfter().toInstant();
        return Stream.concat(chain.stream(), trust.anchorCertificates(domain).stream())
                .map(certificate -> certificate.getNotBefore().toInstant())
                .filter(moment -> !moment.isBefore(from) && !moment.isAfter(until))
                .distinct()
                .sorted()
                .toList();
    }

    private void tell(String place, String sentence) {
        found.accept(new Finding(Kind.TRUST, place, sentence));
    }
}
