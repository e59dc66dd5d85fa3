package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.volume.Volume;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The published checkpoints, as people see them. */
final class Catalogue {
    private final Room room;

    Catalogue(Room room) {
        this.room = room;
    }

    List<CheckpointView> list(Optional<String> volume, String afterName, int max) {
        List<CheckpointView> found = new ArrayList<>();
        for (Volume v : new TreeMap<>(room.settings().volumes()).values()) {
            if (found.size() < max && (volume.isEmpty() || volume.get().equals(v.name()))) {
                room.store().read(tx -> {
                    Names.scan(tx, v.name(), "", afterName, (name, row) -> {
                        if (row.getPublished() && !name.equals(afterName)) {
                            found.add(view(v, name, row));
                        }
                        return found.size() < max;
                    });
                    return found;
                });
            }
        }
        return found;
    }

    private static CheckpointView view(Volume volume, String name, NameRow row) {
        return new CheckpointView(
                volume.name(),
                name,
                volume.root() + "/" + name, // as text: see Views
                Statements.hex(row.getCheckpointId().toByteArray()),
                row.getTreeDigest(),
                row.getContentDigest(),
                row.getFiles(),
                row.getLogicalBytes(),
                row.getFrom(),
                Statements.hex(row.getTransferId().toByteArray()),
                Instant.ofEpochMilli(row.getPublishedMs()));
    }
}
