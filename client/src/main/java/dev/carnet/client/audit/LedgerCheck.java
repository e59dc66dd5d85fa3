package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.SignedCheckpoint;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies one ledger (LEDGER.md, section 3): every tile and the root are derived from the entries, every entry is read and its signature verified, every blob is hashed. Entries are parsed and
 * signatures verified on all cores, a bounded number of bytes at a time ({@link Bundles}).
 */
public final class LedgerCheck {
    private final LedgerFiles files;
    private final Trust trust;
    private final EntryVisitor visitor;
    private final AuditProgress progress;
    private final TileReader tiles;
    private final Findings findings = new Findings();
    private final BlobCheck blobs;
    private final KeysInForce keys;

    private LedgerCheck(LedgerFiles files, Trust trust, EntryVisitor visitor, AuditProgress progress) {
        this.files = files;
        this.trust = trust;
        this.visitor = visitor;
        this.progress = progress;
        this.tiles = new TileReader(files);
        this.blobs = new BlobCheck(files, findings::add);
        this.keys = new KeysInForce(blobs);
    }

    /**
     * What was found.
     *
     * @param name where the ledger lies
     * @param checkpoint the log checkpoint; null where it cannot be read
     * @param bindings key bindings that verify, the first one first
     * @param findings what does not hold, in their order; {@value Findings#KEPT_MAX} of each rule at most
     * @param findingsMore how many more there are
     * @param vouching who vouches for it, where that was asked and the root is right
     * @param verdict what all findings together mean
     */
    public record Result(
            String name,
            @Nullable SignedCheckpoint checkpoint,
            List<KeysAt> bindings,
            List<Finding> findings,
            long findingsMore,
            Vouching vouching,
            Verdict verdict) {
        /** Whether nothing is wrong; something may be missing. */
        public boolean verifies() {
            return verdict == Verdict.VERIFIES || verdict == Verdict.INCOMPLETE;
        }

        /** SPIFFE ID of the daemon, where a key binding that verifies names it. */
        public Optional<String> daemon() {
            return bindings.stream()
                    .findFirst()
                    .map(keys -> keys.binding().list().spiffeId());
        }
    }

    /** Verifies a ledger. Memory does not grow with it. */
    public static Result run(LedgerFiles files, Trust trust, EntryVisitor visitor) {
        return run(files, trust, visitor, new AuditProgress());
    }

    /** The same, and says how far it is. */
    public static Result run(LedgerFiles files, Trust trust, EntryVisitor visitor, AuditProgress progress) {
        return new LedgerCheck(files, trust, visitor, progress).run();
    }

    private Result run() {
        SignedCheckpoint note = null;
        Vouching vouching = Vouching.NOBODY;
        try {
            note = LedgerView.checkpoint(files);
            LogCheckpoint body = note.checkpoint();
            progress.total(body.size());
            Hash32 root = entries(body);
            if (!root.equals(body.root())) {
                findings.add(new Finding(
                        Kind.ROOT, "checkpoint", "the root over its " + body.size() + " entries is another one"));
            }
            logSignatures(note);
            if (!findings.has(Kind.ROOT)) {
                vouching = new TrustCheck(trust, note, Kind.TRUST, findings::add).run(keys.bindings());
            }
        } catch (Broken e) {
            findings.add(e.finding());
        }
        return new Result(
                files.name(), note, keys.bindings(), findings.list(), findings.more(), vouching, findings.verdict());
    }

    /** Both lines of the log, by the keys of the newest binding. */
    private void logSignatures(SignedCheckpoint note) {
        Optional<KeyBinding> now = keys.now();
        if (now.isEmpty()) {
            findings.add(new Finding(Kind.LOG_SIGNATURE, "checkpoint", "no key binding says which keys sign it"));
            return;
        }
        String origin = note.checkpoint().origin();
        for (NoteKey key : LogKeys.log(origin, now.get().list().keys().log())) {
            try {
                if (note.verify(List.of(key)).isEmpty()) {
                    findings.add(new Finding(
                            Kind.LOG_SIGNATURE,
                            "checkpoint",
                            "the log's key " + HexFormat.of().toHexDigits(key.id()) + " has not signed it"));
                }
            } catch (LogException e) {
                findings.add(new Finding(Kind.LOG_SIGNATURE, "checkpoint", String.valueOf(e.getMessage())));
            }
        }
    }

    /** Each bundle in its order: into the tree, to the visitor, and its signatures and blobs to another core. */
    private Hash32 entries(LogCheckpoint body) throws Broken {
        TreeCheck tree = new TreeCheck(tiles, findings::add);
        EntryCheck check = new EntryCheck(body.origin(), keys, findings::add);
        try (Bundles bundles = new Bundles(tiles, body.size())) {
            for (Optional<Bundles.Read> next = bundles.next(); next.isPresent(); next = bundles.next()) {
                Bundles.Read bundle = next.get();
                tree.add(bundle.entries().stream().map(Parsed::leaf).toList());
                List<Runnable> work = bundle.work();
                for (Parsed parsed : bundle.entries()) {
                    entry(check, parsed, work);
                }
                bundles.finish(bundle);
                progress.done(bundle.entries().getLast().index() + 1);
            }
        }
        return tree.end();
    }

    private void entry(EntryCheck check, Parsed parsed, List<Runnable> work) throws Broken {
        if (parsed.broken() != null) {
            findings.add(EntryCheck.finding(Kind.ENTRY, parsed.index(), parsed.broken()));
            return;
        }
        LedgerEntry entry = parsed.entry();
        visitor.entry(entry);
        check.next(entry).ifPresent(signed -> work.add(() -> check.verify(entry.index(), signed)));
        if (entry.statement().predicate() != Predicate.KEY_BINDING) {
            entry.statement().blob().ifPresent(digest -> work.add(() -> blobs.check(entry.index(), digest)));
        }
    }
}
