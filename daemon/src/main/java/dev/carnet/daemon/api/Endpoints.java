package dev.carnet.daemon.api;

import dev.carnet.daemon.transfer.TransferView;
import dev.carnet.daemon.transfer.Transfers;
import dev.carnet.proto.wire.v1.Code;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;

/** Every operation of version 1. {@code openapi.yaml} describes each, and a test holds one against the other. */
final class Endpoints {
    private static final int LIST_DEFAULT = 100;
    private static final int LIST_MAX = 1000;
    private static final String ID = "[0-9a-f]{4,32}";

    private final Transfers transfers;
    private final ApiFacts facts;
    private final Semaphore doctors = new Semaphore(1);

    private Endpoints(Transfers transfers, ApiFacts facts) {
        this.transfers = transfers;
        this.facts = facts;
    }

    static List<Route> routes(Transfers transfers, ApiFacts facts) {
        var own = new Endpoints(transfers, facts);
        Set<String> none = Set.of();
        return List.of(
                new Route("GET", "/v1/daemon", none, request -> Reply.json(200, facts.daemon())),
                new Route("GET", "/v1/peers", none, request -> Reply.json(200, Map.of("peers", facts.peers()))),
                new Route("GET", "/v1/doctor", none, own::doctor),
                new Route("GET", "/v1/checkpoints", Set.of("volume", "after", "max"), own::checkpoints),
                new Route("GET", "/v1/transfers", Set.of("max"), own::list),
                new Route("POST", "/v1/transfers", none, own::push),
                new Route("GET", "/v1/transfers/{id}", none, request -> Reply.json(200, own.find(request))),
                new Route("POST", "/v1/transfers/{id}/cancel", none, own.act(Transfers::cancel)),
                new Route("POST", "/v1/transfers/{id}/continue", none, own.act(Transfers::resume)));
    }

    private Reply push(ApiRequest request) {
        String type = request.contentType().split(";", 2)[0].strip();
        if (!type.equalsIgnoreCase(Reply.JSON)) {
            throw new ApiRefusal(415, Code.PROTOCOL, "send the header Content-Type: application/json");
        }
        var body = ApiJson.read(request.body(), PushBody.class);
        return Reply.json(201, transfers.push(body.request(request.principal())));
    }

    private Reply list(ApiRequest request) {
        return Reply.json(200, Map.of("transfers", transfers.list(request.count("max", LIST_DEFAULT, LIST_MAX))));
    }

    private Reply checkpoints(ApiRequest request) {
        var volume = request.query("volume");
        var after = request.query("after");
        if (after.isPresent() && volume.isEmpty()) {
            throw ApiRefusal.malformed("'after' needs 'volume': names are in order within one volume");
        }
        int max = request.count("max", LIST_DEFAULT, LIST_MAX);
        return Reply.json(200, Map.of("checkpoints", transfers.checkpoints(volume, after.orElse(""), max)));
    }

    private java.util.function.Function<ApiRequest, Reply> act(BiFunction<Transfers, String, TransferView> action) {
        return request -> {
            if (request.body().length > 0) {
                throw ApiRefusal.malformed("this operation takes no body");
            }
            return Reply.json(200, action.apply(transfers, find(request).id()));
        };
    }

    private TransferView find(ApiRequest request) {
        String id = request.path("id");
        if (!id.matches(ID)) {
            throw ApiRefusal.malformed("a transfer's id is 32 lower-case hex digits, or its first 4 or more");
        }
        return transfers
                .get(id)
                .orElseThrow(() -> new ApiRefusal(
                        404,
                        Code.UNKNOWN_TRANSFER,
                        "no transfer, or more than one, begins with " + id + "; `carnet status` lists them"));
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
