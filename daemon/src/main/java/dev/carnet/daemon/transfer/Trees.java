package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.tree.TreeWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Builds the tree out of our own record alone: members and CVs. Streams: memory does not grow with either. */
final class Trees {
    /** First 16 bytes of the record {@code cvs} (SPEC section 12). */
    private static final byte[] CVS_MAGIC = Arrays.copyOf("carnet-cvs v1\n".getBytes(US_ASCII), 16);

    static final int CVS_HEADER_BYTES = 16;

    private final Store store;
    private final Members members;
    private final Chunks chunks;

    Trees(Store store, Members members, Chunks chunks) {
        this.store = store;
        this.members = members;
        this.chunks = chunks;
    }

    TreeSummary summary() {
        try {
            return write(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the text.
     *
     * @throws IllegalArgumentException where the members are not in tree order or break a rule of SPEC section 3
     */
    TreeSummary write(OutputStream out) throws IOException {
        TreeWriter writer = new TreeWriter(out);
        for (Members.Numbered member : members) {
            writer.add(line(member));
        }
        return writer.finish();
    }

    static byte[] cvsHeader() {
        return CVS_MAGIC.clone();
    }

    static void writeCvsHeader(OutputStream out) throws IOException {
        out.write(CVS_MAGIC);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    void writeCvs(OutputStream out) throws IOException {
        writeCvsHeader(out);
        for (Members.Numbered member : members) {
            if (member.file()) {
                store.read(tx -> {
                    chunks.forFile(tx, member.number(), member.row().getSize(), sum -> put(out, sum));
                    return out;
                });
            }
        }
    }

    private static void put(OutputStream out, ChunkSum sum) {
        try {
            out.write(sum.cv().toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TreeMember line(Members.Numbered member) {
        MemberRow row = member.row();
        return line(row, row.getDirectory() ? Chunks.EMPTY_FILE : chunks.digest(member.number(), row.getSize()));
    }

    /** A member's line; {@code digest} is not looked at for a directory. */
    static TreeMember line(MemberRow row, Hash32 digest) {
        if (row.getDirectory()) {
            return new TreeMember.Directory(row.getPath(), row.getMode(), row.getMtimeSeconds(), row.getMtimeNanos());
        }
        return new TreeMember.File(
                row.getPath(), row.getMode(), row.getMtimeSeconds(), row.getMtimeNanos(), row.getSize(), digest);
    }
}
