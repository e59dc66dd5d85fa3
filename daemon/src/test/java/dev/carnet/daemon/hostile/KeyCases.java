package dev.carnet.daemon.hostile;

import com.google.protobuf.ByteString;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.KeyStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A peer whose keys were replaced thrice since the daemon last saw it, and how it shows that: the bindings in between are missing, too many, or forged. In this order,
 * since only the last two move what the daemon has pinned.
 */
final class KeyCases {
    private static final String ROLE = "source";

    private final List<Misbehaviour> all = new ArrayList<>();
    private final List<KeyEvidence> chain = new ArrayList<>(); // the one that is pinned, and all that followed

    private Optional<KeyEvidence> forged = Optional.empty();

    private KeyCases() {}

    static List<Misbehaviour> all() {
        KeyCases cases = new KeyCases();
        cases.fill();
        return cases.all;
    }

    private interface Lie {
        Seen tells(Line line) throws Exception;
    }

    private void lie(Code code, String name, Lie lie) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            if (chain.isEmpty()) {
                pin(site);
            }
            try (Line line = Line.open(site, site.rotating)) {
                return lie.tells(line);
            }
        }));
    }

    private void pin(Besieged site) throws Exception {
        try (Line line = Line.open(site, site.rotating)) {
            var _ = new Push(line).begins().finishes();
        }
        chain.add(site.rotating.evidence());
        for (int i = 0; i < 3; i++) {
            site.rotating.replaceKeys();
            chain.add(site.rotating.evidence());
        }
    }

    private static void says(Line line, KeyEvidence step) {
        line.say(Control.newBuilder().setKeyStep(KeyStep.newBuilder().setKeys(step)));
    }

    private void fill() {
        lie(
                Code.KEY_BINDING,
                "has replaced its keys thrice, and shows none in between",
                line -> new Push(line).offers().line.verdict());
        lie(Code.KEY_BINDING, "shows bindings with a gap between them", line -> {
            says(line, chain.get(0));
            says(line, chain.get(2));
            return new Push(line).offers().line.verdict();
        });
        lie(Code.KEY_BINDING, "shows a binding that foreign keys have signed for the pinned ones", line -> {
            KeyEvidence forged = forged(line.site);
            says(line, forged);
            return new Push(line).offers(forged).line.verdict();
        });
        lie(Code.KEY_BINDING, "shows such a binding, and goes on as if it were taken", line -> {
            says(line, forged(line.site));
            return new Push(line).offers().line.verdict();
        });
        lie(Code.LIMIT, "shows more bindings than the limit", line -> {
            for (int i = 0; i < 17; i++) {
                says(line, chain.get(0));
            }
            return line.verdict();
        });
        lie(Code.PROTOCOL, "shows a binding without a proof", line -> {
            says(line, chain.get(1).toBuilder().clearProof().build());
            return line.verdict();
        });
        lie(Code.KEY_BINDING, "shows bindings in the wrong order", line -> {
            says(line, chain.get(2));
            says(line, chain.get(1));
            return new Push(line).offers().line.verdict();
        });
        lie(Code.CODE_UNSPECIFIED, "shows nonsense, and then every binding", line -> {
            says(
                    line,
                    KeyEvidence.newBuilder()
                            .setBinding(ByteString.copyFromUtf8("nonsense"))
                            .setProof(ByteString.copyFromUtf8("nonsense"))
                            .build());
            for (KeyEvidence step : chain.subList(0, 3)) {
                says(line, step);
            }
            return new Push(line).begins().finishes();
        });
    }

    private KeyEvidence forged(Besieged site) throws Exception {
        if (forged.isPresent()) {
            return forged.get();
        }
        try (Liar own = site.rotating.withOtherKeys(site.root.resolve("own"));
                Liar others = site.rotating.withOtherKeys(site.root.resolve("others"))) {
            KeyEvidence made = own.forged(chain.get(0), others);
            forged = Optional.of(made);
            return made;
        }
    }
}
