package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Verifies one ledger (LEDGER.md, section 3): every tile and the root are derived from the entries, every entry is read and its signature verified. Entries are parsed and signatures verified on
 * all cores, a bounded number of bundles at a time.
 */
public final class LedgerCheck {
    /** Bundles that are under way, per core. */
    private static final int AHEAD = 2;

    private final LedgerFiles files;
    private final TileReader tiles;
    private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());
    private final KeysInForce keys;

    private LedgerCheck(LedgerFiles files) {
        this.files = files;
        this.tiles = new TileReader(files);
        this.keys = new KeysInForce();
    }

    /**
     * What was found.
     *
     * @param name where the ledger lies
     * @param checkpoint the log checkpoint; null where it cannot be read
     * @param bindings key bindings that verify, the first one first
     * @param findings what does not hold, in no order
     */
    public record Result(
            String name,
            @org.jspecify.annotations.Nullable SignedCheckpoint checkpoint,
            List<KeyBinding> bindings,
            List<Finding> findings) {
        /** Whether nothing is wrong; something may be missing. */
        public boolean verifies() {
            return findings.stream().allMatch(f -> f.kind().weight() == Finding.Weight.MISSING);
        }
    }

    /** Verifies a ledger. Memory does not grow with it. */
    public static Result run(LedgerFiles files) {
        return new LedgerCheck(files).run();
    }

    private Result run() {
        SignedCheckpoint note = null;
        try {
            note = checkpoint();
            LogCheckpoint body = note.checkpoint();
            Hash32 root = entries(body);
            if (!root.equals(body.root())) {
                findings.add(new Finding(
                        Kind.ROOT, "checkpoint", "the root over its " + body.size() + " entries is another one"));
            }
            logSignatures(note);
        } catch (Broken e) {
            findings.add(e.finding());
        }
        return new Result(files.name(), note, keys.bindings(), List.copyOf(findings));
    }

    private SignedCheckpoint checkpoint() throws Broken {
        byte[] bytes;
        try {
            bytes = files.read("checkpoint", SignedCheckpoint.BYTES_MAX)
                    .orElseThrow(() -> new Broken(Kind.UNREADABLE, "checkpoint", "it is not there: this is no ledger"));
        } catch (IOException e) {
            throw new Broken(Kind.UNREADABLE, "checkpoint", String.valueOf(e.getMessage()));
        }
        try {
            return SignedCheckpoint.parse(bytes);
        } catch (LogException e) {
            throw new Broken(Kind.CHECKPOINT, "checkpoint", String.valueOf(e.getMessage()));
        }
    }

    /** Both lines of the log, by the keys of the newest binding. */
    private void logSignatures(SignedCheckpoint note) {
        if (keys.now().isEmpty()) {
            findings.add(new Finding(Kind.LOG_SIGNATURE, "checkpoint", "no key binding says which keys sign it"));
            return;
        }
        String origin = note.checkpoint().origin();
        List<NoteKey> log = LogKeys.log(origin, keys.now().get().list().keys().log());
        for (NoteKey key : log) {
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

    // ---- entries

    private Hash32 entries(LogCheckpoint body) throws Broken {
        TreeCheck tree = new TreeCheck(tiles, findings::add);
        EntryCheck check = new EntryCheck(body.origin(), keys, this::proof, findings::add);
        int cores = Runtime.getRuntime().availableProcessors();
        try (ExecutorService pool = Executors.newFixedThreadPool(cores)) {
            Deque<Future<List<Parsed>>> parsing = new ArrayDeque<>();
            Deque<Future<?>> verifying = new ArrayDeque<>();
            long next = 0;
            while (next < body.size() || !parsing.isEmpty()) {
                while (next < body.size() && parsing.size() < cores * AHEAD) {
                    parsing.add(parse(pool, next, body.size()));
                    next += Tile.WIDTH;
                }
                List<Parsed> bundle = done(parsing.remove());
                tree.add(bundle.stream().map(Parsed::leaf).toList());
                verifying.add(verify(pool, check, bundle));
                if (verifying.size() > cores * AHEAD) {
                    done(verifying.remove());
                }
            }
            for (Future<?> last : verifying) {
                done(last);
            }
            return tree.end();
        }
    }

    private Future<List<Parsed>> parse(ExecutorService pool, long first, long size) throws Broken {
        Tile bundle = new Tile(Tile.ENTRIES, first / Tile.WIDTH, (int) Math.min(Tile.WIDTH, size - first));
        List<byte[]> entries = tiles.entries(bundle);
        return pool.submit(() -> {
            List<Parsed> parsed = new ArrayList<>(entries.size());
            for (int i = 0; i < entries.size(); i++) {
                parsed.add(Parsed.of(first + i, entries.get(i)));
            }
            return parsed;
        });
    }

    /** Judged here in their order, since keys change; the signatures on another core. */
    private Future<?> verify(ExecutorService pool, EntryCheck check, List<Parsed> bundle) {
        List<Runnable> signatures = new ArrayList<>();
        for (Parsed entry : bundle) {
            check.next(entry).ifPresent(signed -> signatures.add(() -> check.verify(entry.index(), signed)));
        }
        return pool.submit(() -> signatures.forEach(Runnable::run));
    }

    private static <T> T done(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a bug in the verifier", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** A key proof out of the blobs. */
    private byte[] proof(String digest) {
        String path = "blobs/sha256/" + digest;
        try {
            byte[] bytes = files.read(path, Limits.KEY_PROOF_BYTES_MAX)
                    .orElseThrow(() -> new StatementException("its key proof is not there: " + path));
            if (!Digests.sha256Hex(bytes).equals(digest)) {
                throw new StatementException("its key proof has other bytes than its name says: " + path);
            }
            return bytes;
        } catch (IOException e) {
            throw new StatementException("its key proof cannot be read: " + e.getMessage(), e);
        }
    }
}
