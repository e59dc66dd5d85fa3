package dev.carnet.daemon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Blake3Choice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SettlingBlake3Test {

    @Test
    void hashesBeforeTheChoiceAndAfterIt() throws InterruptedException {
        CountDownLatch chosen = new CountDownLatch(1);
        Blake3Choice choice = Blake3Choice.made();
        SettlingBlake3 hash = SettlingBlake3.start(() -> {
            await(chosen);
            return choice;
        });
        assertThat(hash.kind()).isEqualTo("scalar");
        byte[] before = root(hash);
        chosen.countDown();
        for (int i = 0; i < 500 && !hash.kind().equals(choice.blake3().kind()); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(hash.kind()).isEqualTo(choice.blake3().kind());
        assertThat(root(hash)).isEqualTo(before).isEqualTo(root(Blake3.scalar()));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] root(Blake3 hash) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(3);
            MemorySegment.copy(MemorySegment.ofArray("abc".getBytes(US_ASCII)), 0, data, 0, 3);
            byte[] out = new byte[Blake3.HASH_BYTES];
            hash.rootOfSingleChunk(data, 0, 3, out);
            return out;
        }
    }
}
