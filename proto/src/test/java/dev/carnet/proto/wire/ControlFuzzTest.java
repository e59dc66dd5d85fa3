package dev.carnet.proto.wire;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.carnet.proto.ledger.Mutation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever arrives, the answer is a message or a ProtocolException. {@code -Dcarnet.campaign=true} tries two hundred times as much. */
class ControlFuzzTest {
    private static final List<byte[]> SEEDS = ControlFramesTest.valid()
            .map(v -> ControlFramesTest.frame(v.getPayload()))
            .filter(frame -> frame.length < 4000)
            .toList();

    @Test
    void control_frames() {
        Mutation.campaign(20_000, random -> {
            byte[] frame = random.nextInt(10) == 0
                    ? Mutation.random(random, 200)
                    : Mutation.of(SEEDS.get(random.nextInt(SEEDS.size())), random);
            try {
                ControlFrames.encode(ControlFrames.parse(frame, Limits.CONTROL_FRAME_BYTES_MAX));
            } catch (ProtocolException expected) {
                // what a peer's mistake gives
            }
        });
    }

    @Test
    void joins_and_answers() {
        byte[] join =
                JoinFrame.make(new byte[32], new byte[16], 1, new byte[32]).encode();
        Mutation.campaign(20_000, random -> {
            byte[] frame = random.nextBoolean() ? Mutation.of(join, random) : Mutation.random(random, 60);
            try {
                JoinFrame.parse(frame).verify(new byte[32], new byte[32]);
            } catch (ProtocolException expected) {
                // what a peer's mistake gives
            }
            try {
                JoinAnswer.parse(ByteBuffer.wrap(frame));
            } catch (ProtocolException expected) {
                // what a peer's mistake gives
            }
        });
    }

    /** Frames made to cost as much as they can: everything a limit allows, as often as a frame has room for. */
    @Test
    void no_frame_costs_much() {
        Random random = new Random(1);
        for (int number = 1; number <= 25; number++) {
            byte[] body = new byte[60_000];
            for (int i = 0; i + 1 < body.length; i += 2) {
                body[i] = (byte) ((1 + random.nextInt(15)) << 3 | 2); // an empty field, again and again
            }
            byte[] head = {(byte) (0x80 | (number << 3 | 2) & 0x7f), (byte) (number >> 4), (byte) 0xe0, (byte) 0xd4, 3};
            byte[] frame = new byte[head.length + body.length];
            System.arraycopy(head, 0, frame, 0, head.length);
            System.arraycopy(body, 0, frame, head.length, body.length);
            assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
                try {
                    ControlFrames.parse(frame, Limits.CONTROL_FRAME_BYTES_MAX);
                } catch (ProtocolException expected) {
                    // what a peer's mistake gives
                }
            });
        }
    }
}
