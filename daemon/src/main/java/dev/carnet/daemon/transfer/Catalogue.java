package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.TreeMember;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The complete checkpoints, as people see them. */
final class Catalogue {
    static final String PUBLISHED = "published";
    static final String SEALED = "sealed";
    static final String ADOPTED = "adopted";

    private static final Logger log = LoggerFactory.getLogger(Catalogue.class);

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

    Optional<CheckpointDetail> find(String volume, String name) {
        CheckpointName checked;
        try {
            checked = CheckpointName.of(name);
        } catch (VolumeException e) {
            throw Failures.of(e, Role.DESTINATION);
        }
        return Optional.ofNullable(room.settings().volumes().get(volume))
                .flatMap(where -> room.store()
                        .read(tx -> Names.get(tx, volume, name))
                        .filter(NameRow::getPublished)
                        .map(row -> detail(where, checked, row)));
    }

    /** How a complete checkpoint came into the catalogue. */
    static String state(NameRow row) {
        return row.getHow().isEmpty() ? PUBLISHED : row.getHow();
    }

    private static CheckpointDetail detail(Volume volume, CheckpointName name, NameRow row) {
        return new CheckpointDetail(
                volume.name(),
                name.value(),
                volume.root() + "/" + name.value(), // as text: see Views
                state(row),
                row.getTreeDigest(),
                row.getContentDigest(),
                row.getFiles(),
                directories(volume, name),
                row.getLogicalBytes(),
                Instant.ofEpochMilli(row.getPublishedMs()),
                orNull(row.getPartOf()),
                orNull(Statements.hex(row.getTransferId().toByteArray())),
                orNull(row.getFrom()),
                orNull(row.getReceiptDigest()),
                row.getVerifiedMs() == 0 ? null : Instant.ofEpochMilli(row.getVerifiedMs()),
                orNull(row.getPossessionDigest()),
                row.getLabelsMap(),
                volume.records(name).directory().toString());
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** A record that is damaged must not keep anybody from looking at the rest. */
    private static @Nullable Long directories(Volume volume, CheckpointName name) {
        try {
            Optional<SealedRecord> opened = SealedRecord.open(volume, name);
            if (opened.isEmpty()) {
                return null;
            }
            long[] count = {0};
            try (SealedRecord record = opened.get()) {
                record.read((member, print, firstCv) -> count[0] += member instanceof TreeMember.Directory ? 1 : 0);
            }
            return count[0];
        } catch (VolumeException e) {
            log.warn("the records of {}/{}: {}", volume.name(), name.value(), e.getMessage());
            return null;
        }
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
                Instant.ofEpochMilli(row.getPublishedMs()),
                state(row));
    }
}
