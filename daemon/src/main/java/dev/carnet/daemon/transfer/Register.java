package dev.carnet.daemon.transfer;

import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.ledger.Role;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which transfers there are: all by key, the live ones as objects. One that has ended is made again from its row when somebody asks. */
final class Register {
    private static final int PREFIX_MIN = 4;
    private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

    private final Room room;
    private final Engine engine;
    private final Rows rows;
    private final Map<Key, Long> created = new ConcurrentHashMap<>();
    private final Map<PeerRole, Today> todays = new ConcurrentHashMap<>();
    private final Map<Key, Transfer> live = new ConcurrentHashMap<>();

    Register(Room room, Engine engine, Rows rows) {
        this.room = room;
        this.engine = engine;
        this.rows = rows;
    }

    /** Reads what is on record, removes what a crash left without a row, takes up the rest. */
    void load() {
        removeOrphans();
        for (Key key : rows.keys()) {
            TransferRow row = rows.get(key).orElseThrow();
            count(key, row);
            boolean ended = State.valueOf(row.getState()).finished();
            if (!ended || !row.getTidy() || row.getPeerOwedCancel()) {
                Transfer transfer = register(key);
                transfer.post(transfer::goOn);
            }
        }
    }

    /** Members that were walked for a push whose row was never made, or for a seal. */
    private void removeOrphans() {
        byte[] from = new byte[0];
        while (true) {
            byte[] start = from;
            byte[][] found = new byte[1][];
            room.store().read(tx -> {
                tx.scan(Table.MEMBERS, new byte[0], start, (key, value) -> {
                    found[0] = Arrays.copyOf(key, Key.BYTES);
                    return false;
                });
                return found;
            });
            byte[] key = found[0];
            if (key == null) {
                return;
            }
            if (rows.get(Key.read(key)).isEmpty()) {
                room.store().update(tx -> Rows.forgetContent(tx, Key.read(key)));
            }
            from = after(key);
        }
    }

    /** The smallest key that no row of {@code prefix} comes after. */
    private static byte[] after(byte[] prefix) {
        byte[] next = new BigInteger(1, prefix).add(BigInteger.ONE).toByteArray();
        byte[] sized = new byte[prefix.length];
        int length = Math.min(next.length, sized.length);
        System.arraycopy(next, next.length - length, sized, sized.length - length, length);
        return sized;
    }

    /** The live object of a transfer whose row exists. */
    Transfer register(Key key) {
        return live.computeIfAbsent(key, k -> {
            TransferRow row = rows.get(k).orElseThrow();
            count(k, row);
            return make(k, row);
        });
    }

    /** Transfers of a role that were put on record with a peer since the beginning of this day, UTC. */
    long today(String peer, Role role) {
        Today today = todays.get(new PeerRole(peer, role));
        return today == null || today.day() != day(room.clock().millis()) ? 0 : today.count();
    }

    private record PeerRole(String peer, Role role) {}

    private record Today(long day, long count) {}

    private static long day(long millis) {
        return Math.floorDiv(millis, DAY_MILLIS);
    }

    private void count(Key key, TransferRow row) {
        if (created.put(key, row.getCreatedMs()) == null
                && day(row.getCreatedMs()) == day(room.clock().millis())) {
            todays.merge(
                    new PeerRole(row.getPeer(), key.role()),
                    new Today(day(row.getCreatedMs()), 1),
                    (before, one) -> before.day() == one.day() ? new Today(one.day(), before.count() + 1) : one);
        }
    }

    void forget(Key key) {
        live.remove(key);
        created.remove(key);
    }

    private Transfer make(Key key, TransferRow row) {
        return key.role() == Role.SOURCE
                ? new SourceTransfer(room, engine, key, row)
                : new DestinationTransfer(room, engine, key, row);
    }

    Optional<Transfer> live(Key key) {
        return Optional.ofNullable(live.get(key));
    }

    Collection<Transfer> live() {
        return live.values();
    }

    /** By full key, live or ended. */
    Optional<Transfer> known(Key key) {
        Transfer now = live.get(key);
        if (now != null) {
            return Optional.of(now);
        }
        return created.containsKey(key) ? Optional.of(register(key)) : Optional.empty();
    }

    /** By id or a unique prefix of it. */
    Optional<Transfer> find(String idOrPrefix) {
        String prefix = idOrPrefix.toLowerCase(Locale.ROOT);
        if (prefix.length() < PREFIX_MIN) {
            return Optional.empty();
        }
        for (Role role : Role.values()) { // who waits asks by the whole id, many times a second
            Key whole = new Key(prefix, role);
            if (created.containsKey(whole)) {
                return Optional.of(view(whole));
            }
        }
        List<Key> matching = created.keySet().stream()
                .filter(key -> key.id().startsWith(prefix))
                .toList();
        return matching.size() == 1 ? Optional.of(view(matching.getFirst())) : Optional.empty();
    }

    List<Transfer> newest(int max, Predicate<Transfer> wanted) {
        return created.entrySet().stream()
                .sorted(Map.Entry.<Key, Long>comparingByValue(Comparator.reverseOrder()))
                .map(entry -> view(entry.getKey()))
                .filter(wanted)
                .limit(max)
                .toList();
    }

    /** To be looked at: one that has ended is not kept. */
    private Transfer view(Key key) {
        Transfer now = live.get(key);
        return now != null ? now : make(key, rows.get(key).orElseThrow());
    }

    List<Transfer> of(String peer) {
        return live.values().stream()
                .filter(transfer -> transfer.row().getPeer().equals(peer))
                .toList();
    }

    /** Bytes of a file system that unfinished transfers may still write, whatever volumes of it they go to. */
    long reserved(long device) {
        Set<String> volumes = room.settings().volumes().values().stream()
                .filter(volume -> volume.device() == device)
                .map(Volume::name)
                .collect(Collectors.toSet());
        long sum = 0;
        for (Transfer transfer : live.values()) {
            if (transfer.key().role() == Role.DESTINATION
                    && State.valueOf(transfer.row().getState()).stillWrites()
                    && volumes.contains(transfer.offerParsed().getVolume())) {
                sum += transfer.offerParsed().getLogicalBytesMax()
                        - transfer.row().getHeldBytes();
            }
        }
        return sum;
    }

    /** Lets go of what has ended and owes nobody anything. */
    void prune() {
        live.values()
                .removeIf(transfer -> transfer.state().finished()
                        && transfer.row().getTidy()
                        && !transfer.row().getPeerOwedCancel()
                        && transfer.idle());
    }
}
