package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.CheckpointDetail;
import dev.carnet.daemon.transfer.CheckpointView;
import dev.carnet.daemon.transfer.Plan;
import dev.carnet.daemon.transfer.PullRequest;
import dev.carnet.daemon.transfer.PushRequest;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.daemon.transfer.TransferView;
import dev.carnet.daemon.transfer.Transfers;
import dev.carnet.proto.wire.v1.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Transfers that live in memory and move nothing. A name that is a code of SPEC is refused with it. */
final class FakeTransfers implements Transfers {
    static final Instant THEN = Instant.parse("2026-02-03T04:05:06.789123456Z");

    /** Where set, {@link #list} waits for it. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    private final List<PushRequest> requests = new ArrayList<>();
    final List<PullRequest> pulls = new ArrayList<>();
    private final List<TransferView> views = new ArrayList<>();
    private final List<CheckpointView> checkpoints = new ArrayList<>();

    synchronized List<PushRequest> requests() {
        return List.copyOf(requests);
    }

    synchronized void publish(String volume, String name) {
        checkpoints.add(new CheckpointView(
                volume,
                name,
                "/srv/" + volume + "/" + name,
                "aa",
                "bb",
                "cc",
                3,
                42,
                "spiffe://a.test/x",
                "dd",
                THEN,
                "published"));
    }

    @Override
    public synchronized TransferView push(PushRequest request) {
        requests.add(request);
        if (request.name().equals("BUG")) {
            throw new IllegalStateException("a bug with a secret");
        }
        if (request.name().matches("[A-Z_]+")) {
            throw new TransferException(Code.valueOf(request.name()), "no: " + request.name());
        }
        var view = view(String.format("%032x", views.size() + 0x1000), request, "OPEN");
        views.addFirst(view);
        return view;
    }

    @Override
    public synchronized TransferView pull(PullRequest request) {
        pulls.add(request);
        return push(new PushRequest(
                request.principal(),
                request.caller(),
                "/x",
                request.peer(),
                request.toVolume(),
                request.toName(),
                false,
                0,
                0,
                request.labels()));
    }

    @Override
    public synchronized Plan plan(PushRequest request) {
        requests.add(request);
        return new Plan(null, request.peer(), true, "open", 3, 2, 1000L, "r", "g");
    }

    @Override
    public synchronized Plan plan(PullRequest request) {
        return new Plan(
                "00000000000000000000000000001000", request.peer(), false, "sealed", null, null, null, "r", "g");
    }

    @Override
    public boolean forgetKeys(String peer) {
        if (!peer.equals("b")) {
            throw new TransferException(Code.UNKNOWN_PEER, "no peer '" + peer + "'");
        }
        return true;
    }

    @Override
    public TransferView pause(String id) {
        return get(id).orElseThrow();
    }

    private static TransferView view(String id, PushRequest request, String state) {
        boolean finished = state.equals("ABORTED");
        return new TransferView(
                id,
                "source",
                state,
                finished,
                false,
                request.peer(),
                "push",
                "open",
                false,
                request.labels(),
                null,
                request.volume(),
                request.name(),
                request.source(),
                request.principal(),
                1,
                2,
                1,
                1000,
                500,
                250,
                0,
                Double.NaN,
                125.5,
                4L,
                3,
                null,
                finished ? "CANCELLED" : null,
                null,
                null,
                null,
                null,
                null,
                THEN,
                THEN);
    }

    @Override
    public List<TransferView> list(int max) {
        try {
            if (!gate.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody opened the gate");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        synchronized (this) {
            return views.stream().limit(max).toList();
        }
    }

    @Override
    public List<TransferView> list(int max, Optional<String> principal) {
        return list(Integer.MAX_VALUE).stream()
                .filter(view -> principal.isEmpty() || principal.get().equals(view.principal()))
                .limit(max)
                .toList();
    }

    @Override
    public synchronized Optional<TransferView> get(String id) {
        var found = views.stream().filter(v -> v.id().startsWith(id)).toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    @Override
    public synchronized TransferView cancel(String id) {
        var old = get(id).orElseThrow();
        var request = new PushRequest(
                "local", Caller.DAEMON, old.source(), old.peer(), old.volume(), old.name(), false, 0, 0);
        var view = view(old.id(), request, "ABORTED");
        views.replaceAll(v -> v.id().equals(old.id()) ? view : v);
        return view;
    }

    @Override
    public TransferView resume(String id) {
        throw new TransferException(Code.STOPPED, "the disk is still full");
    }

    @Override
    public synchronized List<CheckpointView> checkpoints(Optional<String> volume, String afterName, int max) {
        return checkpoints.stream()
                .filter(c -> volume.isEmpty() || volume.get().equals(c.volume()))
                .filter(c -> c.name().compareTo(afterName) > 0)
                .limit(max)
                .toList();
    }

    @Override
    public synchronized Optional<CheckpointDetail> checkpoint(String volume, String name) {
        return checkpoints.stream()
                .filter(c -> c.volume().equals(volume) && c.name().equals(name))
                .findFirst()
                .map(c -> new CheckpointDetail(
                        volume,
                        name,
                        c.path(),
                        c.state(),
                        "bb",
                        "cc",
                        3,
                        2L,
                        42,
                        THEN,
                        null,
                        "dd",
                        c.from(),
                        "ee",
                        THEN,
                        null,
                        java.util.Map.of("k", "v"),
                        "/srv/" + volume + "/.carnet/records/ff"));
    }

    @Override
    public synchronized List<TransferView> live() {
        return List.copyOf(views);
    }

    @Override
    public void close() {}
}
