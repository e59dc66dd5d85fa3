package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What this daemon holds, what it can prove of it, and what it knows of others' copies: for who asks, and is no transfer. */
public final class Holdings {
    private final Room room;
    private final Engine engine;

    Holdings(Room room, Engine engine) {
        this.room = room;
        this.engine = engine;
    }

    /**
     * A checkpoint of the catalogue.
     *
     * @param tree digest, hex
     * @param content digest, hex
     * @param since when it was published, sealed or adopted
     * @param partOf tree digest of the whole
     * @param from SPIFFE ID of who brought it; empty where nobody did
     */
    public record Held(
            String name,
            String tree,
            String content,
            long logicalBytes,
            int files,
            Instant since,
            Optional<String> partOf,
            String from) {}

    /** Told how far a reading is, often; must be quick. */
    @FunctionalInterface
    public interface Progress {
        void read(long files, long bytes, long bytesTotal);
    }

    /**
     * Complete checkpoints of a volume in the order of their names' bytes.
     *
     * @param after only names after this one; empty for all
     */
    public List<Held> page(String volume, String after, int max) {
        List<Held> page = new ArrayList<>();
        room.store().read(tx -> {
            Names.scan(tx, volume, "", after, (name, row) -> {
                if (row.getPublished() && !name.equals(after)) {
                    page.add(held(name, row));
                }
                return page.size() < max;
            });
            return page;
        });
        return page;
    }

    /** The complete checkpoint of this name. */
    public Optional<Held> find(String volume, String name) {
        return room.store()
                .read(tx -> Names.get(tx, volume, name))
                .filter(NameRow::getPublished)
                .map(row -> held(name, row));
    }

    private static Held held(String name, NameRow row) {
        return new Held(
                name,
                row.getTreeDigest(),
                row.getContentDigest(),
                row.getLogicalBytes(),
                row.getFiles(),
                Instant.ofEpochMilli(row.getPublishedMs()),
                row.getPartOf().isEmpty() ? Optional.empty() : Optional.of(row.getPartOf()),
                row.getFrom());
    }

    /** Says in this session which bindings there were before the one that {@link #keys} gives, where that was not said yet. */
    public void tellEarlierKeys(Session session) {
        engine.peerKeys().steps().tell(session);
    }

    /** The evidence of this daemon's own keys. */
    public KeyEvidence keys() {
        return engine.peerKeys().ours();
    }

    /**
     * The entry keys of a peer, by evidence that is judged and pinned as that of a transfer is.
     *
     * @throws TransferException KEY_BINDING
     */
    public EntryKeys believed(String peer, KeyEvidence evidence) {
        engine.peerKeys().accept(peer, evidence);
        return engine.peerKeys().of(peer);
    }

    /** The tree digest that a peer's checkpoint must have, by the newest receipt of a push to it. */
    public Optional<String> knownTree(String peer, String volume, String name) {
        return engine.closedPush(peer, volume, name)
                .map(row -> row.getTreeDigest())
                .filter(digest -> !digest.isEmpty());
    }

    /**
     * Reads a checkpoint from disk again, and puts on record that it is whole. Asked again with the same {@code id}, it gives what stands on record.
     *
     * @param id of the question, 32 hex digits
     * @param asker SPIFFE ID of the peer whose question it is; empty for one of this machine
     * @param stopped asked between two chunks
     * @throws TransferException UNKNOWN_CHECKPOINT; TREE_MISMATCH, naming a member; BAD_NAME; CANCELLED; STORAGE; BUSY
     */
    public Recorded verify(
            String volume, String name, String id, Optional<String> asker, Progress progress, BooleanSupplier stopped) {
        EntryKey key = new EntryKey(
                "verify/" + id + asker.map(peer -> "/" + digest(peer)).orElse(""), "self", Predicate.POSSESSION, 0);
        Optional<Recorded> known = room.ledger().find(key);
        if (known.isPresent()) {
            return same(known.get(), volume, name);
        }
        Volume where = engine.volume(volume);
        CheckpointName what = Pushes.checkName(name);
        Held held = find(volume, name)
                .orElseThrow(() -> new TransferException(
                        Code.UNKNOWN_CHECKPOINT,
                        "no checkpoint '" + name + "' is complete in the volume '" + volume + "' at "
                                + room.settings().self()));
        TreeSummary tree;
        try (Claims.Claim _ = engine.claims().take(new Sealing.Target(volume, name), Claims.Work.READING)) {
            tree = new OwnCopy(room, engine, where, what, progress, stopped).read(held.tree());
        }
        return room.ledger()
                .record(
                        key,
                        () -> room.ledger().keys().sign(possession(volume, held, tree, id, asker)),
                        (tx, recorded) -> Names.get(tx, volume, name)
                                .filter(row -> row.getTreeDigest().equals(held.tree()))
                                .ifPresent(row -> Names.put(
                                        tx,
                                        volume,
                                        name,
                                        row.toBuilder()
                                                .setVerifiedMs(room.clock().millis())
                                                .setPossessionDigest(recorded.payloadDigest())
                                                .build())));
    }

    private byte[] possession(String volume, Held held, TreeSummary tree, String id, Optional<String> asker) {
        return new Possession(
                        room.settings().self(),
                        room.ledger().origin(),
                        Instant.ofEpochMilli(room.clock().millis()),
                        tree.treeDigest().hex(),
                        Possession.STATE_VERIFIED,
                        tree.contentDigest().hex(),
                        volume,
                        held.name(),
                        tree.files(),
                        tree.logicalBytes(),
                        Optional.empty(),
                        Optional.empty(),
                        asker.map(peer -> new Possession.Asked(id, peer)),
                        held.partOf())
                .payload();
    }

    private static Recorded same(Recorded known, String volume, String name) {
        Possession said = Possession.read(Dsse.parse(known.envelope()).payload());
        if (!said.volume().equals(volume) || !said.name().equals(name)) {
            throw new TransferException(
                    Code.PROTOCOL, "a question with this id was about another checkpoint: each question has its own");
        }
        return known;
    }

    /**
     * Reads what a peer says that it holds, and believes it only where its entry key has signed it.
     *
     * @throws TransferException BAD_STATEMENT, KEY_BINDING
     */
    public Possession believe(String peer, byte[] envelope, KeyEvidence evidence) {
        EntryKeys keys = believed(peer, evidence);
        try {
            Dsse dsse = Dsse.parse(envelope);
            keys.verifyEd25519(dsse);
            return Possession.read(dsse.payload());
        } catch (StatementException e) {
            throw new TransferException(Code.BAD_STATEMENT, "the possession from " + peer + ": " + e.getMessage(), e);
        }
    }

    private static String digest(String peer) {
        return Statements.hex(Transfer.sha256(peer.getBytes(UTF_8)).toByteArray());
    }
}
