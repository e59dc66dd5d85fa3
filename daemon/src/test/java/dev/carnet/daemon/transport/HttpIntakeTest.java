package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Requests come in any pieces, and anything may come. */
class HttpIntakeTest {
    private static final byte[] TWO = ("GET /checkpoint HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"
                    + "POST /x HTTP/1.1\r\nhost:b\r\nCONTENT-LENGTH: 5\r\nExpect: 100-Continue\r\nConnection: close\r\n\r\n"
                    + "HEAD / HTTP/1.1\r\nHost: \r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    /** What comes out, in words; a fault ends it. */
    private static List<String> read(byte[] bytes, Random random) {
        HttpIntake intake = new HttpIntake();
        List<String> out = new ArrayList<>();
        int at = 0;
        try {
            while (at < bytes.length) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
                intake.add(bytes, at, length);
                at += length;
                for (Optional<HttpHead> head = intake.head(); head.isPresent(); head = intake.head()) {
                    out.add(head.get().toString());
                }
            }
        } catch (HttpFault e) {
            out.add(e.status() + " " + e.getMessage());
        }
        return out;
    }

    @RepeatedTest(50)
    void pieces_make_no_difference() {
        long seed = System.nanoTime();
        assertThat(read(TWO, new Random(seed)))
                .as("seed " + seed)
                .containsExactly(
                        "HttpHead[method=GET, target=/checkpoint, bodyBytes=0, keepAlive=true]",
                        "HttpHead[method=POST, target=/x, bodyBytes=5, keepAlive=false]",
                        "HttpHead[method=HEAD, target=/, bodyBytes=0, keepAlive=true]");
    }

    /** Whatever was changed: the same requests and the same fault in whatever pieces, and no other exception. */
    @RepeatedTest(500)
    void what_is_wrong_is_wrong_in_all_pieces() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] changed = TWO.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(changed.length);
            changed[at] = (byte) (random.nextBoolean() ? "\r\n :/-0".charAt(random.nextInt(7)) : random.nextInt(256));
        }
        List<String> whole = read(changed, new Random(1) {
            @Override
            public int nextInt(int bound) {
                return bound - 1;
            }
        });
        assertThat(read(changed, random)).as("seed " + seed).isEqualTo(whole);
    }

    @Test
    void a_head_that_does_not_end_is_given_up_at_its_limit() {
        HttpIntake intake = new HttpIntake();
        byte[] line = "X: y\r\n".getBytes(StandardCharsets.US_ASCII);
        intake.add("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII), 0, 16);
        int sent = 16;
        try {
            while (sent < 2 * HttpIntake.HEAD_BYTES_MAX) {
                intake.add(line, 0, line.length);
                sent += line.length;
                assertThat(intake.head()).isEmpty();
            }
        } catch (HttpFault e) {
            assertThat(e.status()).isEqualTo(431);
        }
        assertThat(sent).isBetween(HttpIntake.HEAD_BYTES_MAX, HttpIntake.HEAD_BYTES_MAX + line.length);
    }
}
