package dev.carnet.proto.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.TreeMember.File;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Both digests and the counts, a line at a time. */
final class TreeDigester {

    static final String HEADER = "carnet-tree v1";

    private static final String CONTENT_HEADER = "carnet-content v1";

    private final MessageDigest tree = sha256();
    private final MessageDigest content = sha256();
    private int files;
    private int directories;
    private long logicalBytes;
    private long textBytes;

    TreeDigester() {
        text(HEADER.getBytes(US_ASCII));
        content.update((CONTENT_HEADER + "\n").getBytes(US_ASCII));
    }

    /**
     * Takes the next line in.
     *
     * @throws IllegalArgumentException if the files together are too large
     */
    void add(TreeMember member, byte[] line) {
        text(line);
        if (member instanceof File file) {
            files++;
            if (file.size() > Long.MAX_VALUE - logicalBytes) {
                throw new IllegalArgumentException("the files of a tree have less than 2^63 bytes together");
            }
            logicalBytes += file.size();
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            entry.writeBytes((file.size() + " " + file.digest().hex() + " ").getBytes(US_ASCII));
            PathEscape.write(MemberPath.utf8(file.path()), entry);
            entry.write('\n');
            content.update(entry.toByteArray());
        } else {
            directories++;
        }
    }

    /** Ends both digests: to be called once. */
    TreeSummary finish() {
        Hash32 treeDigest = Hash32.of(tree.digest());
        return new TreeSummary(treeDigest, Hash32.of(content.digest()), files, directories, logicalBytes, textBytes);
    }

    private void text(byte[] line) {
        tree.update(line);
        tree.update((byte) '\n');
        textBytes += line.length + 1L;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
