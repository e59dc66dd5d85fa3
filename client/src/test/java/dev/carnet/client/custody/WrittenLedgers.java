package dev.carnet.client.custody;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.KeyList;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Cosignatures;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes made-up histories as ledgers that verify: signed entries, tiles, blobs and a log checkpoint, below one directory. */
final class WrittenLedgers {
    private static final Instant BEFORE = Instant.parse("2026-03-01T07:00:00Z");

    private final Path directory;
    private final Map<String, Diary> byDaemon = new HashMap<>();
    private final Map<String, byte[]> envelopes = new HashMap<>();

    WrittenLedgers(Path directory, List<Diary> diaries) {
        this.directory = directory;
        diaries.forEach(diary -> byDaemon.put(diary.daemon, diary));
    }

    Path directory(Diary diary) {
        return directory.resolve(diary.origin.substring(diary.origin.lastIndexOf('/') + 1));
    }

    /** Entry 0 is the key binding, so what a diary says is one entry later. */
    Path write(Diary diary, List<Diary> witnesses) throws IOException {
        Path ledger = directory(diary);
        KeyList list = new KeyList(diary.daemon, diary.origin, "", diary.keys().publicKeys());
        byte[] proof = diary.keys().proof(list);
        blob(ledger, proof);
        blob(ledger, Diary.NO_CHUNKS.getBytes(UTF_8));
        List<byte[]> entries = new ArrayList<>();
        entries.add(
                envelope(new KeyBindingStatement(diary.daemon, diary.origin, BEFORE, list, Digests.sha256Hex(proof))));
        diary.says.forEach(statement -> entries.add(envelope(statement)));
        tiles(ledger, entries);
        Frontier tree = new Frontier();
        entries.forEach(entry -> tree.add(Merkle.leaf(entry)));
        LogCheckpoint body = new LogCheckpoint(diary.origin, entries.size(), tree.root());
        Files.write(ledger.resolve("checkpoint"), signed(diary, body, witnesses).encode());
        return ledger;
    }

    private byte[] envelope(Statement statement) {
        byte[] payload = statement.payload();
        return envelopes.computeIfAbsent(Digests.sha256Hex(payload), digest -> {
            TestKeys own = byDaemon.get(statement.daemon()).keys();
            List<Dsse.Signature> signatures = new ArrayList<>(List.of(own.ed25519(payload)));
            if (statement instanceof Seal || statement instanceof KeyBindingStatement) {
                signatures.add(own.mldsa44(payload));
            }
            if (statement instanceof TransferReceipt receipt) {
                TestKeys source = byDaemon.get(receipt.source().id()).keys();
                signatures.add(own.mldsa44(payload));
                signatures.add(source.ed25519(payload));
                signatures.add(source.mldsa44(payload));
            }
            signatures.sort(Comparator.comparing(Dsse.Signature::keyId));
            return new Dsse(payload, signatures).encode();
        });
    }

    private static void blob(Path ledger, byte[] bytes) throws IOException {
        write(ledger.resolve("blobs/sha256").resolve(Digests.sha256Hex(bytes)), bytes);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private static void tiles(Path ledger, List<byte[]> entries) throws IOException {
        List<List<Hash32>> levels = new ArrayList<>();
        levels.add(entries.stream().map(Merkle::leaf).toList());
        for (Tile tile : Tile.added(0, entries.size())) {
            int first = (int) tile.index() * Tile.WIDTH;
            byte[] bytes;
            if (tile.level() == Tile.ENTRIES) {
                bytes = Bundle.write(entries.subList(first, first + tile.width()));
            } else {
                while (levels.size() <= tile.level()) {
                    levels.add(above(levels.getLast()));
                }
                bytes = joined(levels.get(tile.level()).subList(first, first + tile.width()));
            }
            write(ledger.resolve(tile.path()), bytes);
        }
    }

    private static List<Hash32> above(List<Hash32> hashes) {
        List<Hash32> above = new ArrayList<>();
        for (int first = 0; first + Tile.WIDTH <= hashes.size(); first += Tile.WIDTH) {
            above.add(Merkle.tile(joined(hashes.subList(first, first + Tile.WIDTH))));
        }
        return above;
    }

    private static byte[] joined(List<Hash32> hashes) {
        byte[] bytes = new byte[hashes.size() * Hash32.BYTES];
        for (int i = 0; i < hashes.size(); i++) {
            hashes.get(i).copyTo(bytes, i * Hash32.BYTES);
        }
        return bytes;
    }

    private static SignedCheckpoint signed(Diary diary, LogCheckpoint body, List<Diary> witnesses) {
        long time = Instant.parse("2026-03-09T12:00:00Z").getEpochSecond();
        List<NoteKey> log = LogKeys.log(diary.origin, diary.keys().log.publicKeys());
        List<NoteSignature> lines = new ArrayList<>();
        lines.add(NoteSignature.of(log.get(0), diary.keys().log.signEd25519(body.body())));
        lines.add(NoteSignature.timed(
                log.get(1),
                time,
                diary.keys().log.signMldsa44(Cosignatures.mldsa44Message(body.origin(), time, body))));
        for (Diary witness : witnesses) {
            lines.add(NoteSignature.timed(
                    witnessKey(witness),
                    time,
                    witness.keys().witness.signEd25519(Cosignatures.ed25519Message(time, body))));
        }
        return new SignedCheckpoint(body, lines);
    }

    private static NoteKey witnessKey(Diary witness) {
        return LogKeys.witness(
                        witness.origin + LogKeys.WITNESS_SUFFIX,
                        witness.keys().witness.publicKeys())
                .getFirst();
    }

    /** Which logs and entry keys are believed, and a witness that has to have cosigned. */
    static String trust(List<Diary> believed, Diary witness) {
        StringBuilder trust = new StringBuilder();
        for (Diary diary : believed) {
            LogKeys.log(diary.origin, diary.keys().log.publicKeys())
                    .forEach(key -> trust.append("log ").append(key.vkey()).append('\n'));
            trust.append("entry ")
                    .append(diary.origin)
                    .append(' ')
                    .append(diary.keys().entryKeys().ed25519Id())
                    .append('\n');
        }
        return trust.append("witness observer ")
                .append(witnessKey(witness).vkey())
                .append("\nquorum observer\n")
                .toString();
    }
}
