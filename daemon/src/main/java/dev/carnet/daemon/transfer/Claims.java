package dev.carnet.daemon.transfer;

import dev.carnet.proto.wire.v1.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who is at work on which checkpoint of this machine. In memory: a restart ends all of it. */
final class Claims {
    private final List<Claim> held = new ArrayList<>();

    /** What is done with it. */
    enum Work {
        SEALING("being sealed or adopted"),
        READING("being read"),
        LEAVING("being released or destroyed");

        private final String words;

        Work(String words) {
            this.words = words;
        }

        /** Readers are not in each other's way, and a sealing that changes something tells a reader so itself. */
        private boolean excludes(Work other) {
            return this == LEAVING || other == LEAVING || (this == SEALING && other == SEALING);
        }
    }

    /** Ends with {@link #close}. */
    final class Claim implements AutoCloseable {
        private final Sealing.Target target;
        private final Work work;

        private Claim(Sealing.Target target, Work work) {
            this.target = target;
            this.work = work;
        }

        @Override
        public void close() {
            synchronized (held) {
                held.remove(this);
            }
        }
    }

    /**
     * Claims a name, and what contains it or lies in it.
     *
     * @throws TransferException NAME_TAKEN for who wants to seal, else BUSY: saying by what
     */
    Claim take(Sealing.Target target, Work work) {
        synchronized (held) {
            Optional<Claim> other = held.stream()
                    .filter(claim -> claim.work.excludes(work) && claim.target.meets(target))
                    .findFirst();
            if (other.isPresent()) {
                Sealing.Target there = other.get().target;
                throw new TransferException(
                        work == Work.SEALING ? Code.NAME_TAKEN : Code.BUSY,
                        there.volume() + "/" + there.name() + " is " + other.get().work.words
                                + " already: see `carnet jobs`");
            }
            Claim claim = new Claim(target, work);
            held.add(claim);
            return claim;
        }
    }
}
