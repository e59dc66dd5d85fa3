package dev.carnet.daemon.api;

import dev.carnet.daemon.transport.StaticFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Files of a ledger, each a temporary file of its own. */
final class FakePublished {
    static final String BLOB = "ab".repeat(32);

    private final Map<String, Path> files = new ConcurrentHashMap<>();
    final List<SeekableByteChannel> opened = new CopyOnWriteArrayList<>();

    FakePublished() {
        put("/checkpoint", "a.test/x\n0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        put("/tile/0/x001/067.p/3", new byte[96]);
        put("/blobs/sha256/" + BLOB, new byte[] {0, (byte) 0xff, '\r', '\n'});
    }

    void put(String path, byte[] bytes) {
        try {
            Path file = Files.createTempFile("published", null);
            file.toFile().deleteOnExit();
            files.put(path, Files.write(file, bytes));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Which is still open. */
    boolean open() {
        return opened.stream().anyMatch(SeekableByteChannel::isOpen);
    }

    Optional<StaticFile> open(String path) throws IOException {
        Path file = files.get(path);
        if (path.equals("/blobs/sha256/" + "00".repeat(32))) {
            throw new IOException("the disk is on fire");
        }
        if (file == null) {
            return Optional.empty();
        }
        FileChannel channel = FileChannel.open(file);
        opened.add(channel);
        boolean checkpoint = path.equals("/checkpoint");
        return Optional.of(new StaticFile(
                channel,
                channel.size(),
                checkpoint ? "text/plain; charset=utf-8" : "application/octet-stream",
                !checkpoint));
    }
}
