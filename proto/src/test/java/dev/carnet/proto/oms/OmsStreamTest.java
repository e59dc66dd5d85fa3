package dev.carnet.proto.oms;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Neither writing nor reading holds the bundle: the sizes of single writes and of what is alive stay what they are, whatever the number of files. */
class OmsStreamTest {
    private static final int FILES = 200_000;
    private static final long ALIVE_BYTES_MAX = 16L << 20;

    @TempDir
    private Path temp;

    private static String name(int number) {
        return String.format(java.util.Locale.ROOT, "shards/%07d/%s.safetensors", number, "x".repeat(200));
    }

    private static byte[] digest(int number) {
        byte[] digest = new byte[OmsFormat.DIGEST_BYTES];
        digest[0] = (byte) number;
        digest[1] = (byte) (number >> 8);
        return digest;
    }

    /** What is alive after a collection, in bytes. */
    private static long alive() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void a_bundle_of_eighty_megabytes_is_written_and_read_in_a_few_of_memory() throws Exception {
        TestSigner signer = new TestSigner();
        Path file = temp.resolve("bundle");
        OmsWriter.Measure measure = new OmsWriter.Measure(OmsFormat.Hash.SHA256, "m");
        for (int i = 0; i < FILES; i++) {
            measure.add(name(i));
        }
        long before = alive();
        long[] largest = new long[1];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            OmsWriter writer = new OmsWriter(watched(out, largest), measure, signer);
            for (int i = 0; i < FILES; i++) {
                writer.add(name(i), digest(i));
                if (i == FILES - 1) {
                    assertThat(alive() - before).as("alive while it is written").isLessThan(ALIVE_BYTES_MAX);
                }
            }
            writer.finish();
        }
        assertThat(Files.size(file)).isGreaterThan(80L << 20);
        assertThat(largest[0]).as("largest single write").isLessThan(1 << 16);

        int[] next = new int[1];
        OmsBundle read = OmsReader.read(
                () -> new BufferedInputStream(Files.newInputStream(file), 1 << 16), (name, algorithm, digest) -> {
                    if (!name.equals(name(next[0]))
                            || !HexFormat.of().formatHex(digest).equals(hex(next[0]))) {
                        throw new IOException("another resource at " + next[0] + ": " + name);
                    }
                    if (++next[0] == FILES) {
                        assertThat(alive() - before)
                                .as("alive while it is read")
                                .isLessThan(ALIVE_BYTES_MAX);
                    }
                });
        read.requireSignedBy(new ManifestKey(signer.publicKey()));
        assertThat(read.resources()).isEqualTo(FILES);
        assertThat(next[0]).isEqualTo(FILES);
    }

    private static String hex(int number) {
        return HexFormat.of().formatHex(digest(number));
    }

    private static OutputStream watched(OutputStream out, long[] largest) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                largest[0] = Math.max(largest[0], length);
                out.write(bytes, from, length);
            }
        };
    }
}
