package dev.carnet.proto.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class Blake3ChoiceTest {

    private final AtomicLong now = new AtomicLong();

    @Test
    void takesVectorCodeThatIsRightAndFast() {
        Blake3Choice choice = Blake3Choice.choose(() -> new Fake(3), this::tick);
        assertThat(choice.blake3().kind()).isEqualTo("fake");
        assertThat(choice.reason()).isEqualTo("fake is right and fast");
    }

    @Test
    void waitsForTheCompiler() {
        AtomicInteger calls = new AtomicInteger();
        Fake slowAtFirst = new Fake(3) {
            @Override
            public void chunkCv(MemorySegment data, long offset, int length, long number, byte[] cv) {
                super.chunkCv(data, offset, length, number, cv);
                if (calls.incrementAndGet() < 5) {
                    now.addAndGet(500_000_000);
                }
            }
        };
        assertThat(Blake3Choice.choose(() -> slowAtFirst, this::tick).blake3()).isSameAs(slowAtFirst);
        assertThat(calls).hasValue(5);
    }

    @Test
    void turnsDownVectorCodeThatStaysSlow() {
        Blake3Choice choice = Blake3Choice.choose(() -> new Fake(1.4), this::tick);
        assertThat(choice.blake3()).isSameAs(Blake3.scalar());
        assertThat(choice.reason()).startsWith("fake is slow here");
        assertThat(now.get()).isBetween(Blake3Choice.CHECK_NANOS_MAX, 3 * Blake3Choice.CHECK_NANOS_MAX);
    }

    @Test
    void turnsDownVectorCodeThatIsWrong() {
        Fake wrong = new Fake(3) {
            @Override
            public void chunkCv(MemorySegment data, long offset, int length, long number, byte[] cv) {
                super.chunkCv(data, offset, length, number, cv);
                cv[31] ^= 1;
            }
        };
        Blake3Choice choice = Blake3Choice.choose(() -> wrong, this::tick);
        assertThat(choice.blake3()).isSameAs(Blake3.scalar());
        assertThat(choice.reason()).startsWith("fake computed a wrong hash");
    }

    @Test
    void turnsDownVectorCodeThatDoesNotLink() {
        Blake3Choice choice = Blake3Choice.choose(
                () -> {
                    throw new NoClassDefFoundError("jdk/incubator/vector/IntVector");
                },
                this::tick);
        assertThat(choice.blake3()).isSameAs(Blake3.scalar());
        assertThat(choice.reason()).contains("jdk/incubator/vector/IntVector");
    }

    @Test
    void runsWithoutTheModule() throws IOException, InterruptedException {
        assertThat(kindIn("-Dunused=1")).startsWith("scalar: the module jdk.incubator.vector is absent");
    }

    @Test
    void isMadeOnce() {
        assertThat(Blake3.best())
                .isSameAs(Blake3.best())
                .isSameAs(Blake3Choice.made().blake3());
    }

    @Test
    void measuresSpeed() {
        assertThat(Blake3Choice.speed(new Fake(2), this::tick, 1_000_000_000)).isEqualTo(83_886_080);
    }

    /** Prints what a process of its own chooses. */
    public static void main(String[] args) {
        System.out.println(Blake3.best().kind() + ": " + Blake3Choice.made().reason());
    }

    private static String kindIn(String flag) throws IOException, InterruptedException {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        flag,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Blake3ChoiceTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String printed = new String(java.getInputStream().readAllBytes(), UTF_8);
        assertThat(java.waitFor()).as(printed).isZero();
        return printed;
    }

    /** A clock by which everything but a {@link Fake} takes no less than 0.1 s. */
    private long tick() {
        return now.addAndGet(100_000_000);
    }

    private class Fake implements Blake3 {

        private final double gain;

        Fake(double gain) {
            this.gain = gain;
        }

        @Override
        public String kind() {
            return "fake";
        }

        @Override
        public void chunkCv(MemorySegment data, long offset, int length, long number, byte[] cv) {
            Blake3.scalar().chunkCv(data, offset, length, number, cv);
            now.addAndGet(-(long) (100_000_000 * (1 - 1 / gain)));
        }

        @Override
        public void rootOfSingleChunk(MemorySegment data, long offset, int length, byte[] root) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ChunkHash chunkZero(MemorySegment data, long offset, int length) {
            throw new UnsupportedOperationException();
        }
    }
}
