package dev.carnet.daemon.fuzz;

import dev.carnet.daemon.api.ApiFuzz;
import dev.carnet.daemon.ledger.JournalFuzz;
import dev.carnet.daemon.transfer.DecoderFuzz;
import dev.carnet.daemon.transport.ConnectionFuzz;
import java.util.Map;
import java.util.TreeMap;

/** Every target by its name, which is also the name of its folder of seeds. */
final class Targets {
    static final Map<String, Target> ALL = all();

    private Targets() {}

    static Target named(String name) {
        Target target = ALL.get(name);
        if (target == null) {
            throw new IllegalArgumentException("no fuzz target '" + name + "'; there are " + ALL.keySet());
        }
        return target;
    }

    private static Map<String, Target> all() {
        Map<String, Target> all = new TreeMap<>();
        all.put("control-message", WireTargets::controlMessage);
        all.put("control-stream", ConnectionFuzz::controlStream);
        all.put("offer", WireTargets::offer);
        all.put("chunk-header", WireTargets::chunkHeader);
        all.put("chunk-stream", ConnectionFuzz::chunkStream);
        all.put("join", WireTargets::join);
        all.put("join-answer", WireTargets::joinAnswer);
        all.put("zstd-chunk", DecoderFuzz::decode);
        all.put("tree", FileTargets::tree);
        all.put("chunk-list", FileTargets::chunkList);
        all.put("verify-records", new VerifyTarget());
        all.put("config", new ConfigTarget());
        all.put("journal-record", JournalFuzz::decode);
        all.put("canonical-json", RecordTargets::json);
        all.put("envelope", RecordTargets::envelope);
        all.put("statement", RecordTargets::statement);
        all.put("sessions-more", RecordTargets::moreSessions);
        all.put("key-list", RecordTargets::keyList);
        all.put("key-proof", RecordTargets::keyProof);
        all.put("key-binding", RecordTargets::keyBinding);
        all.put("certificate", IdentityTargets::certificate);
        all.put("pem", IdentityTargets::pem);
        all.put("spiffe-id", IdentityTargets::spiffeId);
        all.put("api-connection", ApiFuzz::connection);
        all.put("api-body", ApiFuzz::body);
        return all;
    }
}
