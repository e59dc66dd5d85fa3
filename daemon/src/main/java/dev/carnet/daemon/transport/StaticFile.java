package dev.carnet.daemon.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;

/**
 * An open file that is served.
 *
 * @param content read from its beginning
 * @param bytes of it that are served; what is written to it later is not
 * @param contentType a media type
 * @param immutable whether the same path has the same bytes for ever
 */
public record StaticFile(SeekableByteChannel content, long bytes, String contentType, boolean immutable)
        implements Closeable {
    /** For how long a cache may take it for good: a year, which is as long as HTTP says; or not at all without asking. */
    public String cacheControl() {
        return immutable ? "max-age=31536000, immutable" : "no-cache";
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
