package dev.carnet.daemon.hostile;

import java.util.List;
import java.util.stream.Stream;

/** Every misbehaviour. */
final class Cases {
    private Cases() {}

    static List<Misbehaviour> quick() {
        return Stream.of(
                        DiallerCases.all(),
                        SourceCases.all(),
                        SealedCases.all(),
                        PulledCases.all(),
                        KeyCases.all(),
                        DestinationCases.all(),
                        PullingCases.all(),
                        AcceptorCases.all())
                .flatMap(List::stream)
                .toList();
    }

    static List<Misbehaviour> all() {
        return Stream.concat(quick().stream(), SlowCases.all().stream()).toList();
    }
}
