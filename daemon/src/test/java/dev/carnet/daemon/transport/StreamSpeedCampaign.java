package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.ChunkHeader;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How fast chunk frames go over loopback, both ends in this process: TLS, sockets and the copies between them, nothing else.
 *
 * <p>{@code ./mvnw -pl daemon -am test -Dtest=StreamSpeedCampaign -Dcarnet.campaign=true -Dsurefire.failIfNoSpecifiedTests=false}
 */
@EnabledIfSystemProperty(named = "carnet.campaign", matches = "true")
@Timeout(300)
class StreamSpeedCampaign {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";
    private static final int CHUNKS = 750;
    private static final int ROUNDS = 4;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void megabytes_per_second(int count) throws Exception {
        Ca northCa = new Ca("north.example");
        Ca southCa = new Ca("south.example");
        TrustAnchors trust = TestPki.trust(northCa, southCa);
        AtomicLong arrived = new AtomicLong();
        try (Site south = new Plan(southCa.credentials("carnetd"), trust)
                        .expects(NORTH)
                        .start(heard -> heard.onFrame = frame -> {
                            arrived.incrementAndGet();
                            frame.chunk().release();
                        });
                Site north = new Plan(northCa.credentials("carnetd"), trust)
                        .dials(SOUTH, south.address())
                        .start()) {
            List<DataStream> streams =
                    north.up(SOUTH).streams(count).toCompletableFuture().get(10, TimeUnit.SECONDS);
            ChunkPool pool = ChunkPools.create(6L * ChunkHeader.CHUNK_BYTES);
            for (int round = 0; round < ROUNDS; round++) {
                long before = arrived.get();
                long begin = System.nanoTime();
                for (int i = 0; i < CHUNKS; i++) {
                    PooledChunk chunk = pool.acquire(Duration.ofSeconds(60)).orElseThrow();
                    streams.get(i % count)
                            .send(
                                    StreamTest.header(1, i, ChunkHeader.CHUNK_BYTES),
                                    chunk.buffer(0, ChunkHeader.CHUNK_BYTES))
                            .whenComplete((done, failure) -> chunk.release());
                }
                Site.until(() -> arrived.get() - before == CHUNKS, () -> arrived.get() + " arrived");
                double seconds = (System.nanoTime() - begin) / 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "%d streams, round %d: %.0f MB/s%n",
                        count,
                        round,
                        CHUNKS * (double) ChunkHeader.CHUNK_BYTES / 1e6 / seconds);
            }
            assertThat(arrived).hasValue((long) CHUNKS * ROUNDS);
        }
    }
}
