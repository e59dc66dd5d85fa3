package dev.carnet.client.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.Digests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlobCheckTest {
    private static final String BROKEN = "cc".repeat(32);
    private static final String ENDLESS = "ee".repeat(32);

    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final List<String> opened = new CopyOnWriteArrayList<>();
    private final AtomicLong read = new AtomicLong();
    private final List<Finding> found = new CopyOnWriteArrayList<>();
    private final BlobCheck check = new BlobCheck(new Served(), found::add, 1_000);

    private final class Served implements LedgerFiles {
        @Override
        public Optional<InputStream> open(String path) throws IOException {
            opened.add(path);
            if (path.endsWith(BROKEN)) {
                throw new IOException("the line is dead");
            }
            if (path.endsWith(ENDLESS)) {
                return Optional.of(new InputStream() {
                    @Override
                    public int read() {
                        read.incrementAndGet();
                        return 0;
                    }
                });
            }
            return Optional.ofNullable(blobs.get(path)).map(ByteArrayInputStream::new);
        }

        @Override
        public String name() {
            return "served";
        }
    }

    private String blob(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        String digest = Digests.sha256Hex(bytes);
        blobs.put(BlobCheck.path(digest), bytes);
        return digest;
    }

    @Test
    void a_blob_is_read_once_and_each_entry_that_names_a_bad_one_is_told() {
        String good = blob("good");
        String changed = blob("good once");
        blobs.put(BlobCheck.path(changed), "changed".getBytes(UTF_8));
        List<String> digests = List.of(good, changed, "ab".repeat(32), BROKEN);
        for (int entry = 0; entry < 3; entry++) {
            for (String digest : digests) {
                check.check(entry, digest);
            }
        }
        assertThat(opened)
                .containsExactlyElementsOf(digests.stream().map(BlobCheck::path).toList());
        assertThat(found)
                .extracting(Finding::kind)
                .containsExactly(
                        Kind.BLOB_DIGEST,
                        Kind.BLOB,
                        Kind.BLOB,
                        Kind.BLOB_DIGEST,
                        Kind.BLOB,
                        Kind.BLOB,
                        Kind.BLOB_DIGEST,
                        Kind.BLOB,
                        Kind.BLOB);
        assertThat(found.getFirst().entry()).hasValue(0);
        assertThat(found.getLast().entry()).hasValue(2);
        assertThat(found.getLast().sentence()).contains("the line is dead");
    }

    @Test
    void more_bytes_than_a_blob_may_have_are_not_read() {
        check.check(7, ENDLESS);
        assertThat(read.get()).isGreaterThan(1_000).isLessThan(200_000);
        assertThat(found).singleElement().satisfies(one -> {
            assertThat(one.kind()).isEqualTo(Kind.BLOB);
            assertThat(one.entry()).hasValue(7);
            assertThat(one.sentence()).contains("more than 1000 bytes");
        });
        found.clear();
        check.check(8, blob("x".repeat(1_000)));
        assertThat(found).as("just as many").isEmpty();
    }

    @Test
    void many_threads_that_ask_for_one_blob_read_it_once() throws InterruptedException {
        String digest = blob("x".repeat(1_000));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            long entry = i;
            threads.add(Thread.ofPlatform().start(() -> check.check(entry, digest)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(opened).hasSize(1);
        assertThat(found).isEmpty();
    }
}
