package dev.carnet.client.demo;

import dev.carnet.client.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the demo came to. The JSON has these members by these names, in snake case.
 *
 * @param source what was moved
 * @param published where the copy stands
 * @param files regular files
 * @param bytes of them together
 * @param wireBytes of chunk frames, as the receiver counts
 * @param resentBytes logical bytes of chunks that were sent more than once
 * @param treeDigest of the recorded tree
 * @param contentDigest of its files
 * @param receipt path of the receipt's envelope
 * @param transfer id
 * @param heldAtKill logical bytes that the sender knew to be held when the receiver was killed
 * @param heldAtRestart logical bytes that the receiver held when it came back
 * @param work where everything lies
 * @param own what may be removed afterwards
 * @param auditor what was verified at the end
 * @param ends the daemons: what a script needs to go on with those that are kept
 */
record DemoResult(
        Path source,
        Path published,
        long files,
        long bytes,
        long wireBytes,
        long resentBytes,
        String treeDigest,
        String contentDigest,
        Path receipt,
        String transfer,
        long heldAtKill,
        long heldAtRestart,
        Path work,
        List<Path> own,
        DemoAudit auditor,
        Ends ends) {

    String json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("source", source.toString());
        object.put("published", published.toString());
        object.put("files", files);
        object.put("bytes", bytes);
        object.put("wire_bytes", wireBytes);
        object.put("resent_bytes", resentBytes);
        object.put("tree_digest", treeDigest);
        object.put("content_digest", contentDigest);
        object.put("receipt", receipt.toString());
        object.put("transfer", transfer);
        object.put("held_at_kill", heldAtKill);
        object.put("held_at_restart", heldAtRestart);
        object.put("work", work.toString());
        object.put("trust", auditor.trustFile().toString());
        object.put("custody", auditor.report().toString());
        for (End end : new End[] {ends.sender(), ends.receiver()}) {
            object.put(end.name() + "_config", end.config().toString());
            object.put(end.name() + "_socket", end.socket().toString());
            object.put(end.name() + "_ledger", auditor.ledger(end).toString());
            object.put(end.name() + "_pid", end.process().pid());
        }
        return Json.write(object);
    }
}
