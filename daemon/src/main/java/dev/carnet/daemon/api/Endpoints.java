package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Policy.Right;
import dev.carnet.daemon.transfer.CheckpointView;
import dev.carnet.daemon.transfer.Plan;
import dev.carnet.daemon.transfer.PullRequest;
import dev.carnet.daemon.transfer.PushRequest;
import dev.carnet.daemon.transfer.TransferView;
import dev.carnet.daemon.transfer.Transfers;
import dev.carnet.proto.wire.v1.Code;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every operation of version 1. {@code openapi.yaml} describes each, and a test holds one against the other. */
final class Endpoints {
    private static final int LIST_DEFAULT = 100;
    private static final int LIST_MAX = 1000;

    /** Pushes whose source is walked at once: a large or a hanging one must not take the workers from whoever wants to cancel it. */
    private static final int WALKS_MAX = 8;

    private static final long WALK_WAIT_MILLIS = 500;

    private static final String ID = "[0-9a-f]{4,32}";

    private final Transfers transfers;
    private final ApiFacts facts;
    private final Gate gate;
    private final CallerPaths paths;
    private final Semaphore doctors = new Semaphore(1);
    private final Semaphore walks = new Semaphore(WALKS_MAX);

    private Endpoints(Transfers transfers, ApiFacts facts, Gate gate, CallerPaths paths) {
        this.transfers = transfers;
        this.facts = facts;
        this.gate = gate;
        this.paths = paths;
    }

    /** With a source of events that is never closed: it has no thread before somebody listens. */
    static List<Route> routes(Transfers transfers, ApiFacts facts, Gate gate, CallerPaths paths) {
        return routes(transfers, facts, gate, paths, new Events(transfers, facts, gate));
    }

    static List<Route> routes(Transfers transfers, ApiFacts facts, Gate gate, CallerPaths paths, Events events) {
        var own = new Endpoints(transfers, facts, gate, paths);
        Set<String> none = Set.of();
        Set<Right> any = EnumSet.allOf(Right.class);
        Set<Right> move = EnumSet.of(Right.PUSH, Right.PULL, Right.ADMIN);
        Set<Right> push = EnumSet.of(Right.PUSH);
        Set<Right> admin = EnumSet.of(Right.ADMIN);
        Stream<Route> more = Stream.of(
                        PeerEndpoints.routes(facts, gate),
                        CatalogueEndpoints.routes(transfers, facts, gate, paths, events),
                        LedgerEndpoints.routes(facts),
                        BundleEndpoints.routes(facts, gate, paths))
                .flatMap(List::stream);
        return Stream.concat(
                        more,
                        Stream.of(
                                new Route("GET", "/v1/daemon", none, any, request -> Reply.json(200, facts.daemon())),
                                new Route(
                                        "GET",
                                        "/v1/peers",
                                        none,
                                        any,
                                        request -> Reply.json(200, Map.of("peers", facts.peers()))),
                                new Route("GET", "/v1/doctor", none, admin, own::doctor),
                                new Route(
                                        "GET", "/v1/reload", none, admin, request -> Reply.json(200, facts.reloaded())),
                                new Route("POST", "/v1/reload", none, admin, own::reload),
                                new Route(
                                        "GET",
                                        "/v1/checkpoints",
                                        Set.of("volume", "after", "max"),
                                        any,
                                        own::checkpoints),
                                new Route("GET", "/v1/transfers", Set.of("max"), move, own::list),
                                new Route("POST", "/v1/transfers", none, push, own::push),
                                new Route("POST", "/v1/peers/{alias}/forget-keys", none, admin, own::forgetKeys),
                                new Route("POST", "/v1/pulls", none, EnumSet.of(Right.PULL), own::pull),
                                new Route("POST", "/v1/transfers/{id}/pause", none, move, own.act(Transfers::pause)),
                                new Route(
                                        "GET",
                                        "/v1/transfers/{id}",
                                        none,
                                        move,
                                        request -> Reply.json(200, own.find(request))),
                                new Route("POST", "/v1/transfers/{id}/cancel", none, move, own.act(Transfers::cancel)),
                                new Route(
                                        "POST", "/v1/transfers/{id}/continue", none, move, own.act(Transfers::resume))))
                .toList();
    }

    private Reply push(ApiRequest request) {
        var body = request.json(PushBody.class);
        return gate.telling(request.principal(), () -> {
            PushRequest asked = body.request(request.principal(), request.caller(), paths);
            if (!walking()) {
                throw new ApiRefusal(
                        503, Code.BUSY, WALKS_MAX + " sources are looked at for pushes already; ask again in a moment");
            }
            try {
                return dry(body.dryRun()) ? planned(transfers.plan(asked)) : Reply.json(201, transfers.push(asked));
            } finally {
                walks.release();
            }
        });
    }

    private Reply pull(ApiRequest request) {
        var body = request.json(PullBody.class);
        return gate.telling(request.principal(), () -> {
            PullRequest asked = body.request(request.principal(), request.caller());
            return dry(body.dryRun()) ? planned(transfers.plan(asked)) : Reply.json(201, transfers.pull(asked));
        });
    }

    /** Small sources are looked at in a moment: a burst of them waits for one. */
    private boolean walking() {
        try {
            return walks.tryAcquire(WALK_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean dry(@Nullable Boolean asked) {
        return asked != null && asked;
    }

    /** The member {@code dry_run} says to whoever asked that nothing was begun. */
    private static Reply planned(Plan plan) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("dry_run", true);
        json.put("transfer", plan.transfer());
        json.put("peer", plan.peer());
        json.put("connected", plan.connected());
        json.put("mode", plan.mode());
        json.put("files", plan.files());
        json.put("directories", plan.directories());
        json.put("bytes", plan.bytes());
        json.put("rule", plan.rule());
        json.put("grant", plan.grant());
        return Reply.json(200, json);
    }

    private Reply forgetKeys(ApiRequest request) {
        request.noBody();
        String alias = request.path("alias");
        return Reply.json(200, Map.of("alias", alias, "forgotten", transfers.forgetKeys(alias)));
    }

    private Reply reload(ApiRequest request) {
        request.noBody();
        return Reply.json(200, facts.reload());
    }

    private Reply list(ApiRequest request) {
        return Reply.json(
                200,
                Map.of(
                        "transfers",
                        transfers.list(
                                request.count("max", LIST_DEFAULT, LIST_MAX),
                                gate.admin(request.principal())
                                        ? Optional.empty()
                                        : Optional.of(request.principal()))));
    }

    private Reply checkpoints(ApiRequest request) {
        var volume = request.query("volume");
        var after = request.query("after");
        if (after.isPresent() && volume.isEmpty()) {
            throw new ApiRefusal(422, Code.PROTOCOL, "'after' needs 'volume': names are in order within one volume");
        }
        int max = request.count("max", LIST_DEFAULT, LIST_MAX);
        return Reply.json(200, Map.of("checkpoints", checkpoints(request.principal(), volume, after.orElse(""), max)));
    }

    /** Only of volumes that the caller may do something with. */
    private List<CheckpointView> checkpoints(String principal, Optional<String> volume, String after, int max) {
        volume.ifPresent(name -> gate.volume(principal, name));
        Optional<Set<String>> allowed = gate.volumes(principal);
        if (volume.isPresent() || allowed.isEmpty()) {
            return transfers.checkpoints(volume, after, max);
        }
        return allowed.get().stream()
                .sorted()
                .flatMap(name -> transfers.checkpoints(Optional.of(name), "", max).stream())
                .limit(max)
                .toList();
    }

    private java.util.function.Function<ApiRequest, Reply> act(BiFunction<Transfers, String, TransferView> action) {
        return request -> {
            request.noBody();
            return Reply.json(200, action.apply(transfers, find(request).id()));
        };
    }

    private TransferView find(ApiRequest request) {
        String id = request.path("id");
        if (!id.matches(ID)) {
            throw ApiRefusal.malformed("a transfer's id is 32 lower-case hex digits, or its first 4 or more");
        }
        TransferView found = transfers.get(id).orElseThrow(() -> unknown(id));
        if (id.length() < found.id().length()
                && !gate.mayOwn(request.principal(), Optional.ofNullable(found.principal()))) {
            throw unknown(id); // else whoever asks for every prefix learns the ids of all
        }
        gate.own(request.principal(), Optional.ofNullable(found.principal()), "the transfer " + found.id());
        return found;
    }

    private static ApiRefusal unknown(String id) {
        return new ApiRefusal(
                404,
                Code.UNKNOWN_TRANSFER,
                "no transfer, or more than one, begins with " + id + "; `carnet status` lists them");
    }

    private Reply doctor(ApiRequest request) {
        if (!doctors.tryAcquire()) {
            throw new ApiRefusal(503, Code.BUSY, "the doctor is looking already; ask again in some seconds");
        }
        try {
            return Reply.json(200, Map.of("findings", facts.doctor()));
        } finally {
            doctors.release();
        }
    }
}
