package dev.carnet.daemon.fuzz;

import static dev.carnet.daemon.fuzz.Target.hold;

import dev.carnet.proto.ledger.ChunkList;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.tree.TreeException;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeReader;
import dev.carnet.proto.tree.TreeWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Texts with one encoding. */
final class FileTargets {
    private FileTargets() {}

    static void tree(byte[] input) throws IOException {
        List<TreeMember> members = new ArrayList<>();
        TreeReader reader;
        try {
            reader = new TreeReader(new ByteArrayInputStream(input));
            for (Optional<TreeMember> m = reader.next(); m.isPresent(); m = reader.next()) {
                members.add(m.get());
            }
        } catch (TreeException e) {
            hold(e.line() >= 1 && e.line() <= lines(input) + 1, "names line " + e.line() + " of " + lines(input));
            return;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        TreeWriter writer = new TreeWriter(text);
        for (TreeMember member : members) {
            writer.add(member);
        }
        hold(writer.finish().equals(reader.summary()), "reader and writer come to different digests");
        hold(Arrays.equals(text.toByteArray(), input), "a tree is written as other bytes");
    }

    static void chunkList(byte[] input) throws IOException {
        List<ChunkList.Chunk> chunks = new ArrayList<>();
        try {
            var reader = new ChunkList.Reader(new ByteArrayInputStream(input));
            for (var chunk = reader.next(); chunk.isPresent(); chunk = reader.next()) {
                chunks.add(chunk.get());
            }
        } catch (StatementException e) {
            return;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        var writer = new ChunkList.Writer(text);
        for (ChunkList.Chunk chunk : chunks) {
            writer.add(chunk);
        }
        hold(Arrays.equals(text.toByteArray(), input), "a list of chunks is written as other bytes");
    }

    private static long lines(byte[] text) {
        long lines = 1;
        for (byte b : text) {
            lines += b == '\n' ? 1 : 0;
        }
        return lines;
    }
}
