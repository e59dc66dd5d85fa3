package dev.carnet.daemon.api;

import dev.carnet.daemon.transfer.TransferView;
import dev.carnet.daemon.transfer.Transfers;
import dev.carnet.proto.wire.v1.Code;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what has changed, looking twice a second at all that is under way. A listener that does not read gets nothing new until it does (the newest state then, nothing in between), and is
 * dropped where that takes too long: so one costs a digest of what it was told last, and no more than the connection's own buffer. No thread runs before the first listener.
 */
final class Events implements AutoCloseable {
    static final int LISTENERS_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final long TICK_MILLIS = 500;
    private static final long COMMENT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final byte[] COMMENT = ": still here\n\n".getBytes(StandardCharsets.UTF_8);

    private final Transfers transfers;
    private final ApiFacts facts;
    private final Gate gate;
    private final long slowNanos;
    private final List<Listener> listeners = new ArrayList<>();
    private @Nullable ScheduledExecutorService ticker;
    private boolean closed;

    Events(Transfers transfers, ApiFacts facts, Gate gate) {
        this(transfers, facts, gate, TimeUnit.SECONDS.toNanos(30));
    }

    /** @param slowNanos for which a listener may take nothing */
    Events(Transfers transfers, ApiFacts facts, Gate gate, long slowNanos) {
        this.transfers = transfers;
        this.facts = facts;
        this.gate = gate;
        this.slowNanos = slowNanos;
    }

    /** One listener; what it was told last, by kind and id. Used by the ticker alone. */
    private static final class Listener {
        private final String principal;
        private final Optional<String> transfer;
        private final Map<String, Integer> told = new HashMap<>();
        private final Set<String> live = new HashSet<>();
        private @Nullable EventSink sink;
        private long sent = System.nanoTime();
        private long taken = sent;

        Listener(String principal, Optional<String> transfer) {
            this.principal = principal;
            this.transfer = transfer;
        }
    }

    /**
     * An answer that goes on until either side ends it.
     *
     * @param transfer the full id of the only one that is wanted; it ends with that one
     * @throws ApiRefusal 503 where too many listen already
     */
    Reply listen(String principal, Optional<String> transfer) {
        Listener listener = new Listener(principal, transfer);
        synchronized (this) {
            if (closed) {
                throw new ApiRefusal(503, Code.SHUTTING_DOWN, "the daemon stops");
            }
            listeners.removeIf(other -> other.sink != null && !other.sink.open());
            if (listeners.size() >= LISTENERS_MAX) {
                throw new ApiRefusal(
                        503,
                        Code.BUSY,
                        LISTENERS_MAX
                                + " listen to events already; close one, or ask for what is wanted again and again");
            }
            long own = listeners.stream()
                    .filter(other -> other.principal.equals(principal))
                    .count();
            if (own >= LISTENERS_MAX / 2) {
                throw new ApiRefusal(
                        503, Code.BUSY, own + " listen to events as '" + principal + "' already; close one");
            }
            listeners.add(listener);
            if (ticker == null) {
                ticker = Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("api-events").factory());
                var _ = ticker.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
        return Reply.events(sink -> begin(listener, sink));
    }

    private synchronized void begin(Listener listener, EventSink sink) {
        listener.sink = sink;
        if (closed) {
            sink.end(bye(Code.SHUTTING_DOWN, "the daemon stops"));
        }
    }

    private void tick() {
        try {
            List<Listener> now;
            synchronized (this) {
                listeners.removeIf(listener -> listener.sink != null && !listener.sink.open());
                now = listeners.stream()
                        .filter(listener -> listener.sink != null)
                        .toList();
            }
            if (now.isEmpty()) {
                return;
            }
            List<TransferView> all = transfers.live();
            List<AnyJob> jobs = AnyJob.all(facts);
            for (Listener listener : now) {
                EventSink sink = listener.sink;
                if (sink != null && !tell(listener, sink, all, jobs)) {
                    synchronized (this) {
                        listeners.remove(listener);
                    }
                }
            }
        } catch (RuntimeException e) {
            LOG.error("events", e);
        }
    }

    /** False where it was the last time. */
    private boolean tell(Listener listener, EventSink sink, List<TransferView> all, List<AnyJob> jobs) {
        long now = System.nanoTime();
        if (!sink.ready()) {
            if (now - listener.taken < slowNanos) {
                return true;
            }
            LOG.warn("local API: a listener of {} reads too slowly and is dropped", listener.principal);
            sink.end(bye(
                    Code.TIMEOUT,
                    "nothing was read for " + TimeUnit.NANOSECONDS.toSeconds(slowNanos)
                            + " s: connect again, and read what comes"));
            return false;
        }
        listener.taken = now;
        Optional<String> only = gate.admin(listener.principal) ? Optional.empty() : Optional.of(listener.principal);
        boolean ended = transfers(listener, sink, all, only);
        if (listener.transfer.isEmpty()) {
            jobs.stream()
                    .filter(job -> only.isEmpty() || only.get().equals(job.principal()))
                    .filter(job -> !job.finished() || listener.told.containsKey("job " + job.id()))
                    .forEach(job -> event(listener, sink, "job", job.id(), job.json(), job.finished()));
        }
        if (ended) {
            sink.end(bye(Code.CODE_UNSPECIFIED, "the transfer has ended"));
            return false;
        }
        if (now - listener.sent > COMMENT_NANOS) {
            listener.sent = now;
            sink.send(COMMENT);
        }
        return true;
    }

    /** True where the one that was asked for has ended. */
    private boolean transfers(Listener listener, EventSink sink, List<TransferView> all, Optional<String> only) {
        Set<String> missing = new HashSet<>(listener.live);
        listener.transfer.ifPresent(missing::add);
        List<TransferView> wanted = new ArrayList<>();
        for (TransferView view : all) {
            boolean may = only.isEmpty() || only.get().equals(view.principal());
            if (may && (listener.transfer.isEmpty() || listener.transfer.get().equals(view.id()))) {
                // one that has ended before anybody listened is no news
                if (!view.finished() || missing.contains(view.id())) {
                    wanted.add(view);
                }
                missing.remove(view.id());
            }
        }
        // what has ended since the last look is told once more
        missing.forEach(id -> transfers.get(id).ifPresent(wanted::add));
        boolean ended = false;
        for (TransferView view : wanted) {
            if (view.finished()) {
                listener.live.remove(view.id());
                ended |= listener.transfer.isPresent();
            } else {
                listener.live.add(view.id());
            }
            event(listener, sink, "transfer", view.id() + " " + view.role(), view, view.finished());
        }
        return ended;
    }

    private static void event(Listener listener, EventSink sink, String kind, String id, Object value, boolean last) {
        byte[] json = ApiJson.write(value);
        String key = kind + ' ' + id;
        Integer before = last ? listener.told.remove(key) : listener.told.get(key);
        int digest = Arrays.hashCode(json);
        if (before != null && before == digest) {
            if (!last) {
                return;
            }
        }
        if (!last) {
            listener.told.put(key, digest);
        }
        listener.sent = System.nanoTime();
        sink.send(text(kind, json));
    }

    private static byte[] text(String kind, byte[] json) {
        byte[] head = ("event: " + kind + "\ndata: ").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + json.length + 2);
        System.arraycopy(json, 0, all, head.length, json.length);
        all[all.length - 2] = '\n';
        all[all.length - 1] = '\n';
        return all;
    }

    private static byte[] bye(Code code, String sentence) {
        return text(
                "bye",
                ApiJson.write(
                        code == Code.CODE_UNSPECIFIED
                                ? Map.of("reason", sentence)
                                : Map.of("code", code.name(), "reason", sentence)));
    }

    /** Says goodbye to all. */
    @Override
    public void close() {
        List<Listener> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(listeners);
            listeners.clear();
            if (ticker != null) {
                ticker.shutdown();
            }
        }
        for (Listener listener : all) {
            if (listener.sink != null) {
                listener.sink.end(bye(Code.SHUTTING_DOWN, "the daemon stops"));
            }
        }
    }
}
