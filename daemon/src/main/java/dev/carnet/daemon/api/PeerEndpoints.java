package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Policy.Right;
import dev.carnet.daemon.question.PeerJob;
import dev.carnet.daemon.question.PeerQuestions;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.Code;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** The operations that ask a peer, or add one. They wait for peers: so few of them run at once that other requests have a worker. */
final class PeerEndpoints {
    private static final int ASKING_MAX = 2;
    private static final int SECONDS_DEFAULT = 3;
    private static final int SECONDS_MAX = 10;
    private static final int STREAMS_DEFAULT = 4;
    private static final int TEXT_MAX = 4_096;

    private final ApiFacts facts;
    private final Gate gate;
    private final Semaphore asking = new Semaphore(ASKING_MAX);
    private final Semaphore adding = new Semaphore(1);

    private PeerEndpoints(ApiFacts facts, Gate gate) {
        this.facts = facts;
        this.gate = gate;
    }

    static List<Route> routes(ApiFacts facts, Gate gate) {
        var own = new PeerEndpoints(facts, gate);
        Set<String> none = Set.of();
        Set<Right> move = EnumSet.of(Right.PUSH, Right.PULL, Right.ADMIN);
        Set<Right> admin = EnumSet.of(Right.ADMIN);
        String peer = "/v1/peers/{alias}";
        return List.of(
                new Route("POST", "/v1/peers", none, admin, own::add),
                new Route("GET", peer + "/checkpoints", Set.of("volume", "after", "max"), move, own.waits(own::list)),
                new Route("GET", peer + "/verifications", none, move, own::jobs),
                new Route("POST", peer + "/verifications", none, move, own::verify),
                new Route("GET", peer + "/verifications/{id}", none, move, own::job),
                new Route("POST", peer + "/test", none, move, own.waits(own::test)));
    }

    /** A peer's own troubles are not this daemon's: what it says of them is a bad gateway here. */
    private Function<ApiRequest, Reply> waits(Function<ApiRequest, Reply> operation) {
        return request -> {
            if (!asking.tryAcquire()) {
                throw new ApiRefusal(
                        503,
                        Code.BUSY,
                        ASKING_MAX + " questions to peers are waited for already; ask again in a moment");
            }
            try {
                return operation.apply(request);
            } catch (TransferException e) {
                if (e.code() == Code.INTERNAL || e.code() == Code.STORAGE) {
                    throw new ApiRefusal(502, e.code(), String.valueOf(e.getMessage()));
                }
                throw e;
            } finally {
                asking.release();
            }
        };
    }

    private PeerQuestions questions() {
        return facts.questions();
    }

    /** The alias of the path, of a peer with which the caller may do something. */
    private String alias(ApiRequest request) {
        String alias = request.path("alias");
        String id = questions()
                .peer(alias)
                .orElseThrow(() -> new ApiRefusal(
                        404,
                        Code.UNKNOWN_PEER,
                        "no [[peer]] of the configuration has this alias; `carnet peers` lists them"));
        gate.peer(request.principal(), id);
        return alias;
    }

    private Reply list(ApiRequest request) {
        String alias = alias(request);
        String volume = request.query("volume")
                .orElseThrow(() -> ApiRefusal.malformed("'volume' is missing: which volume of the peer"));
        int max = request.count("max", Limits.LIST_PAGE_MAX, Limits.LIST_PAGE_MAX);
        return Reply.json(
                200,
                PeerJson.page(questions()
                        .list(
                                alias,
                                sound("volume", volume),
                                sound("after", request.query("after").orElse("")),
                                max)));
    }

    private static String sound(String name, String value) {
        return value.isEmpty() ? value : PeerBody.text(name, value, TEXT_MAX);
    }

    private Reply verify(ApiRequest request) {
        String alias = alias(request);
        VerifyBody body = request.json(VerifyBody.class);
        return Reply.json(
                202,
                PeerJson.job(questions()
                        .verify(
                                alias,
                                PeerBody.text("volume", body.volume(), TEXT_MAX),
                                PeerBody.text("name", body.name(), TEXT_MAX),
                                request.principal())));
    }

    private Reply jobs(ApiRequest request) {
        String alias = alias(request);
        boolean all = gate.admin(request.principal());
        return Reply.json(
                200,
                Map.of(
                        "jobs",
                        questions().jobs().stream()
                                .filter(job -> job.peer().equals(alias))
                                .filter(job -> all || job.principal().equals(request.principal()))
                                .map(PeerJson::job)
                                .toList()));
    }

    private Reply job(ApiRequest request) {
        String alias = alias(request);
        PeerJob job = questions()
                .job(request.path("id"))
                .filter(found -> found.peer().equals(alias))
                .orElseThrow(() -> new ApiRefusal(
                        404,
                        Code.UNKNOWN_TRANSFER,
                        "no verification at this peer has this id; the newest are kept until the daemon stops"));
        gate.own(request.principal(), Optional.of(job.principal()), "the verification " + job.id());
        return Reply.json(200, PeerJson.job(job));
    }

    private Reply test(ApiRequest request) {
        String alias = alias(request);
        TestBody body = request.body().length == 0 ? new TestBody(null, null) : request.json(TestBody.class);
        return Reply.json(
                200,
                PeerJson.report(questions()
                        .test(
                                alias,
                                number("seconds", body.seconds(), SECONDS_DEFAULT, SECONDS_MAX),
                                number("streams", body.streams(), STREAMS_DEFAULT, Limits.STREAMS_MAX))));
    }

    private static int number(String member, @org.jspecify.annotations.Nullable Integer value, int otherwise, int max) {
        int number = value == null ? otherwise : value;
        if (number < 1 || number > max) {
            throw ApiRefusal.malformed("member '" + member + "' is a number from 1 to " + max);
        }
        return number;
    }

    private Reply add(ApiRequest request) {
        NewPeer peer = request.json(PeerBody.class).peer();
        if (!adding.tryAcquire()) {
            throw new ApiRefusal(503, Code.BUSY, "another peer is being added; ask again in a moment");
        }
        try {
            return Reply.json(201, facts.add(peer));
        } finally {
            adding.release();
        }
    }
}
