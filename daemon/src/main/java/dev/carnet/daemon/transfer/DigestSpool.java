package dev.carnet.daemon.transfer;

import dev.carnet.proto.oms.OmsFormat;
import dev.carnet.proto.tree.TreeMember;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * SHA-256 of each listed file, one after the other, in a file that has no name any more: nothing of it is left, however this ends. The signed length has to be known before the first byte of a bundle is written, and
 * the lock of the records is not to be held for as long as files are read.
 */
final class DigestSpool implements OwnCopy.Also, AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final MessageDigest sha256 = Trees.sha256();
    private final FileChannel file;
    private final OutputStream out;

    private DigestSpool(FileChannel file) {
        this.file = file;
        this.out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
    }

    /** @param directory of the daemon's own */
    static DigestSpool in(Path directory) throws IOException {
        Path path = Files.createTempFile(directory, "digests-", ".tmp");
        try {
            return new DigestSpool(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } finally {
            Files.delete(path);
        }
    }

    @Override
    public void bytes(ByteBuffer some) {
        sha256.update(some);
    }

    @Override
    public void ended(TreeMember.File member) {
        byte[] digest = sha256.digest();
        if (OmsFormat.listed(member.path())) {
            try {
                out.write(digest);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** All digests, from the first; nothing is added after. */
    InputStream digests() throws IOException {
        out.flush();
        file.position(0);
        return new BufferedInputStream(Channels.newInputStream(file), BUFFER_BYTES);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
