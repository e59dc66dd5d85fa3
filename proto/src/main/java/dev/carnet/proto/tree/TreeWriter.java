package dev.carnet.proto.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tree and computes its digests. Members come in the order of {@link MemberPath#ORDER}. Memory does not grow
 * with their number. For one thread at a time.
 */
public final class TreeWriter {

    private final OutputStream out;
    private final TreeSequence sequence = new TreeSequence();
    private final TreeDigester digester = new TreeDigester();
    private @Nullable TreeSummary summary;

    /**
     * Begins a tree.
     *
     * @param out receives the text, in small writes: buffer it. {@link OutputStream#nullOutputStream()} where only
     *     the digests are wanted. It is neither flushed nor closed
     * @throws IOException if {@code out} throws it
     */
    public TreeWriter(OutputStream out) throws IOException {
        this.out = out;
        line(TreeDigester.HEADER.getBytes(US_ASCII));
    }

    /**
     * Adds the next member.
     *
     * @throws IllegalArgumentException if it cannot follow what was added: order, parent, number. Give the writer up then
     * @throws IOException if the stream throws it
     */
    public void add(TreeMember member) throws IOException {
        if (summary != null) {
            throw new IllegalStateException("the tree has ended");
        }
        sequence.accept(member);
        byte[] line = TreeLine.write(member);
        digester.add(member, line);
        line(line);
    }

    /**
     * Ends the tree. Later calls return the same.
     *
     * @throws IllegalArgumentException if it has no root
     */
    public TreeSummary finish() {
        TreeSummary result = summary;
        if (result == null) {
            sequence.end();
            result = digester.finish();
            summary = result;
        }
        return result;
    }

    private void line(byte[] line) throws IOException {
        out.write(line);
        out.write('\n');
    }
}
