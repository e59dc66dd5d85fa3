package dev.carnet.proto.hash;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the tests run against: scalar, and every vector width that this machine has. */
final class Implementations {

    private static final List<Blake3> ALL = make();

    private Implementations() {}

    static Stream<Blake3> all() {
        return ALL.stream();
    }

    private static List<Blake3> make() {
        List<Blake3> all = new ArrayList<>();
        all.add(Blake3.scalar());
        for (int bits = 128; bits <= VectorLanes.bitsPreferred(); bits *= 2) {
            all.add(VectorLanes.blake3(bits));
        }
        return List.copyOf(all);
    }
}
