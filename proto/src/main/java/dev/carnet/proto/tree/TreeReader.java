package dev.carnet.proto.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tree and computes its digests. It takes the one encoding there is and nothing else; it believes no length and
 * holds one line at a time. For one thread at a time.
 */
public final class TreeReader {

    private final InputStream in;
    private final TreeSequence sequence = new TreeSequence();
    private final TreeDigester digester = new TreeDigester();
    private long line;
    private @Nullable TreeSummary summary;

    /**
     * Begins to read.
     *
     * @param in is read through a buffer and not closed; it has to end where the tree does
     * @throws TreeException if it does not begin as a tree does
     * @throws IOException if {@code in} throws it
     */
    public TreeReader(InputStream in) throws IOException {
        this.in = new BufferedInputStream(in, 1 << 16);
        byte[] header = readLine();
        if (header == null || !Arrays.equals(header, TreeDigester.HEADER.getBytes(US_ASCII))) {
            throw new TreeException(line, "the first line is \"" + TreeDigester.HEADER + "\"");
        }
    }

    /**
     * Reads the next member.
     *
     * @return empty at the end of the tree
     * @throws TreeException if the line, or its place, breaks a rule; nothing more can be read then
     * @throws IOException if the stream throws it
     */
    public Optional<TreeMember> next() throws IOException {
        if (summary != null) {
            return Optional.empty();
        }
        byte[] text = readLine();
        try {
            return text == null ? end() : Optional.of(member(text));
        } catch (IllegalArgumentException e) {
            throw new TreeException(line, rule(e));
        }
    }

    /**
     * What the whole tree comes to.
     *
     * @throws IllegalStateException before {@link #next} has found its end
     */
    public TreeSummary summary() {
        if (summary == null) {
            throw new IllegalStateException("the tree is not read to its end");
        }
        return summary;
    }

    private Optional<TreeMember> end() {
        sequence.end();
        summary = digester.finish();
        return Optional.empty();
    }

    private TreeMember member(byte[] text) {
        TreeMember member = TreeLine.read(text);
        sequence.accept(member);
        digester.add(member, text);
        return member;
    }

    /** The next line without its newline, or null where the text ends. */
    private byte @Nullable [] readLine() throws IOException {
        line++;
        int b = in.read();
        if (b < 0) {
            return null;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(160);
        for (; b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new TreeException(line, "the last line ends in a newline");
            }
            if (text.size() == TreeLine.BYTES_MAX) {
                throw new TreeException(line, "a line has at most " + TreeLine.BYTES_MAX + " bytes");
            }
            text.write(b);
        }
        return text.toByteArray();
    }

    private static String rule(IllegalArgumentException e) {
        return e instanceof NumberFormatException ? "a number is not written as one" : String.valueOf(e.getMessage());
    }
}
