package dev.carnet.daemon.transfer;

import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.RecordFile;
import dev.carnet.daemon.volume.Records;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsFormat;
import dev.carnet.proto.oms.OmsFormat.Hash;
import dev.carnet.proto.oms.OmsSigner;
import dev.carnet.proto.oms.OmsWriter;
import dev.carnet.proto.oms.TreeBundle;
import dev.carnet.proto.wire.v1.Code;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Bundles among the records of a checkpoint (SPEC section 12). */
final class RecordedBundles implements Bundles {
    static final String BLAKE3 = "oms.sigstore.json";
    static final String SHA256 = "oms-sha256.sigstore.json";

    private final Room room;
    private final Engine engine;

    RecordedBundles(Room room, Engine engine) {
        this.room = room;
        this.engine = engine;
    }

    /** Writes the BLAKE3 bundle of the tree that is among these records, durably; none where it would list nothing. Done again it is the same bytes, as long as the manifest key is. */
    static void record(Records records, CheckpointName name, OmsSigner signer) {
        try (RecordFile tree = records.openWritten("tree")
                .orElseThrow(() -> new IllegalStateException("no tree is on record of " + name.value()))) {
            OmsWriter.Measure measure = TreeBundle.measure(tree::stream, Hash.BLAKE3, OmsFormat.model(name.value()));
            if (measure.resources() > 0) {
                records.write(BLAKE3, out -> TreeBundle.write(tree::stream, measure, signer, out));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Sealing.Target at(String path) {
        Pushes.Place place = engine.pushes().place(Pushes.absolute(path));
        return new Sealing.Target(
                place.volume().name(), Pushes.checkName(place.relative()).value());
    }

    @Override
    public Optional<Page> page(String volume, String name, Hash hash, long offset) {
        CheckpointName what = Pushes.checkName(name);
        Volume where = room.settings().volumes().get(volume);
        if (where == null || engine.holdings().find(volume, name).isEmpty()) {
            return Optional.empty();
        }
        Records records = where.records(what);
        try {
            Optional<RecordFile> found = hash == Hash.BLAKE3 ? records.open(BLAKE3) : records.openWritten(SHA256);
            return found.map(file -> page(file, offset));
        } catch (dev.carnet.daemon.volume.VolumeException e) {
            throw Failures.of(e, Role.DESTINATION);
        }
    }

    private static Page page(RecordFile bundle, long offset) {
        try (bundle) {
            long left = bundle.size() - offset;
            if (left < 0) {
                throw new TransferException(Code.LIMIT, "the bundle has " + bundle.size() + " bytes");
            }
            return new Page(bundle.size(), bundle.read(offset, (int) Math.min(left, PAGE_BYTES)));
        }
    }

    @Override
    public Holdings.Held make(String volume, String name, Holdings.Progress progress, BooleanSupplier stopped) {
        try (Claims.Claim _ = engine.claims().take(new Sealing.Target(volume, name), Claims.Work.READING)) {
            return made(volume, name, progress, stopped); // its records stay its own meanwhile
        }
    }

    private Holdings.Held made(String volume, String name, Holdings.Progress progress, BooleanSupplier stopped) {
        Volume where = engine.volume(volume);
        CheckpointName what = Pushes.checkName(name);
        Holdings.Held held = engine.holdings()
                .find(volume, name)
                .orElseThrow(() -> unknown("no checkpoint '" + name + "' is complete in the volume '" + volume + "'"));
        Records records = where.records(what);
        try (RecordFile tree = records.open("tree").orElseThrow(() -> unknown("there is no record of '" + name + "'"));
                DigestSpool spool = DigestSpool.in(room.settings().state())) {
            OmsWriter.Measure measure = TreeBundle.measure(tree::stream, Hash.SHA256, OmsFormat.model(name));
            if (measure.resources() == 0) {
                throw new TransferException(
                        Code.UNSUPPORTED,
                        "nothing of '" + name + "' would be listed: OMS has no bundle without files, and leaves out "
                                + String.join(", ", OmsFormat.IGNORED));
            }
            new OwnCopy(room, engine, where, what, progress, stopped, spool).read(held.tree());
            OmsSigner signer = room.ledger().keys().manifest();
            records.write(SHA256, out -> write(tree, spool, new OmsWriter(out, measure, signer)));
            return held;
        } catch (dev.carnet.daemon.volume.VolumeException e) {
            throw Failures.of(e, Role.DESTINATION);
        } catch (IOException | UncheckedIOException e) {
            throw new TransferException(Code.STORAGE, "the digests of '" + name + "' cannot be kept: " + e, e);
        }
    }

    private static void write(RecordFile tree, DigestSpool spool, OmsWriter writer) throws IOException {
        try (InputStream digests = spool.digests()) {
            TreeBundle.each(tree::stream, file -> {
                byte[] digest = digests.readNBytes(OmsFormat.DIGEST_BYTES);
                if (digest.length < OmsFormat.DIGEST_BYTES) {
                    throw new EOFException("fewer digests than files");
                }
                writer.add(file.path(), digest);
            });
        }
        writer.finish();
    }

    private static TransferException unknown(String sentence) {
        return new TransferException(Code.UNKNOWN_CHECKPOINT, sentence);
    }

    @Override
    public List<ManifestKey> keys() {
        return room.ledger().keys().manifestKeys().stream()
                .map(ManifestKey::new)
                .toList();
    }
}
