package dev.carnet.daemon.merkle;

import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import dev.carnet.proto.log.TileHashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Compares the log's files with the journal's entries, in their order, and with what the state database says was built and signed. For {@code carnetd fsck}; changes nothing. */
public final class LogLook {
    private final TileFiles files;
    private final BiConsumer<String, String> misfit;
    private final Built built;
    private final Optional<SignedCheckpoint> signed;
    private final Frontier frontier = new Frontier();
    private final List<byte[]> bundle = new ArrayList<>();

    /**
     * Begins.
     *
     * @param misfit hears place and sentence of what does not fit
     */
    public LogLook(Path directory, Store store, BiConsumer<String, String> misfit) {
        this.files = new TileFiles(directory);
        this.misfit = misfit;
        this.built = store.read(Built::read);
        this.signed = store.read(Built::signed);
    }

    /** The next entry of the journal; those that are not built yet are passed over. */
    public void entry(byte[] envelope) {
        if (frontier.size() >= built.size()) {
            return;
        }
        bundle.add(envelope);
        frontier.add(Merkle.leaf(envelope));
        if (bundle.size() == Tile.WIDTH || frontier.size() == built.size()) {
            long index = (frontier.size() - 1) / Tile.WIDTH;
            compare(new Tile(Tile.ENTRIES, index, bundle.size()), Bundle.write(bundle));
            byte[] leaves = new byte[bundle.size() * Hash32.BYTES];
            for (int i = 0; i < bundle.size(); i++) {
                Merkle.leaf(bundle.get(i)).copyTo(leaves, i * Hash32.BYTES);
            }
            compare(new Tile(0, index, bundle.size()), leaves);
            bundle.clear();
        }
    }

    private void compare(Tile tile, byte[] wanted) {
        try {
            if (!Arrays.equals(files.read(tile), wanted)) {
                misfit.accept(tile.path(), "it is not what the journal's entries come to");
            }
        } catch (LedgerException e) {
            misfit.accept(tile.path(), String.valueOf(e.getMessage()));
        }
    }

    /**
     * After the last entry.
     *
     * @return entries that the log has
     */
    public long end() {
        if (frontier.size() < built.size()) {
            misfit.accept(
                    "journal", "it has " + frontier.size() + " entries, and the log was built with " + built.size());
            return built.size();
        }
        if (!frontier.root().equals(built.root())) {
            misfit.accept("state database", "the log that it knows of has another root than the journal's entries");
        }
        for (Tile tile : Tile.added(0, built.size())) {
            if (tile.level() > 0) {
                above(tile);
            }
        }
        signed.map(SignedCheckpoint::checkpoint).ifPresent(this::mustBeBuilt);
        published();
        return built.size();
    }

    private void above(Tile tile) {
        try {
            compare(tile, files.hashesBelow(tile));
        } catch (LedgerException e) {
            misfit.accept(tile.path(), String.valueOf(e.getMessage()));
        }
    }

    private void mustBeBuilt(LogCheckpoint last) {
        if (last.size() > built.size()
                || (last.size() == built.size() && !last.root().equals(built.root()))) {
            misfit.accept(
                    "state database",
                    "a log checkpoint of " + last.size() + " entries is signed, which is not of the log of "
                            + built.size() + " that was built");
        }
    }

    /** The partial tiles of what is published, which readers ask for by their own names. */
    private void servable(long size) {
        for (Tile tile : Tile.added(0, size)) {
            if (tile.full()) {
                continue;
            }
            if (!files.there(tile)) {
                misfit.accept(tile.path(), "it is not there, and the log checkpoint that is published ends with it");
            } else if (size < built.size()) { // else it has been compared
                Tile now = tile.in(built.size()).orElseThrow();
                compare(tile, tile.beginning(now, files.read(now)));
            }
        }
    }

    private void published() {
        try {
            Optional<LogCheckpoint> there =
                    files.checkpoint().map(SignedCheckpoint::parse).map(SignedCheckpoint::checkpoint);
            long last = signed.map(note -> note.checkpoint().size()).orElse(0L);
            if (there.filter(note -> note.size() > last).isPresent()) {
                misfit.accept(
                        "checkpoint",
                        "it is of " + there.get().size() + " entries, and the state database remembers to have signed "
                                + last);
            }
            if (there.filter(note -> note.size() <= built.size())
                    .filter(note ->
                            !note.root().equals(Proofs.root(note.size(), new TileHashes(built.size(), files::read))))
                    .isPresent()) {
                misfit.accept("checkpoint", "it has another root than the log has at its size");
            }
            there.map(LogCheckpoint::size).filter(size -> size <= built.size()).ifPresent(this::servable);
        } catch (IOException | LogException | LedgerException e) {
            misfit.accept("checkpoint", String.valueOf(e.getMessage()));
        }
    }
}
