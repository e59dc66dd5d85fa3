package dev.carnet.client.verify;

import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.util.Optional;

/** Compares what seal and receipt say with the recorded tree. */
final class StatementCheck {

    private final CheckpointRecords records;
    private final TreeSummary tree;
    private final Differences differences;

    StatementCheck(CheckpointRecords records, TreeSummary tree, Differences differences) {
        this.records = records;
        this.tree = tree;
        this.differences = differences;
    }

    /** Whether there is a statement in {@code file}; each way in which it is about something else is a difference. */
    boolean check(String file, String name) {
        try {
            Optional<byte[]> envelope = records.read(file, Limits.ENTRY_BYTES_MAX);
            if (envelope.isPresent()) {
                compare(file, name, Statement.read(envelope.get()));
            }
            return envelope.isPresent();
        } catch (IOException e) {
            differences.addRecord(file, FileCheck.reason(e));
            return true;
        }
    }

    private void compare(String file, String name, Statement statement) {
        same(file, "the kind", name, statement.name());
        same(file, "the tree digest", tree.treeDigest().hex(), statement.subject());
        same(file, "the content digest", tree.contentDigest().hex(), text(statement, "content"));
        same(file, "the number of files", Integer.toString(tree.files()), text(statement, "files"));
        same(file, "the number of bytes", Long.toString(tree.logicalBytes()), text(statement, "logicalBytes"));
        same(
                file,
                "the name",
                records.name(),
                statement.predicate().path("destination").path("name").asText(""));
    }

    private void same(String file, String what, String recorded, String said) {
        if (!recorded.equals(said)) {
            differences.addRecord(
                    file,
                    what + " in it is " + (said.isEmpty() ? "missing" : Names.show(said)) + ", not "
                            + Names.show(recorded));
        }
    }

    private static String text(Statement statement, String member) {
        return statement.predicate().path(member).asText("");
    }
}
