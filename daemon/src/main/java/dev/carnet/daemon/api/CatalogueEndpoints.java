package dev.carnet.daemon.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.catalogue.JobView;
import dev.carnet.daemon.policy.Policy.Right;
import dev.carnet.daemon.transfer.Sealing;
import dev.carnet.daemon.transfer.Transfers;
import dev.carnet.proto.wire.PlainText;
import dev.carnet.proto.wire.v1.Code;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The operations on what lies here: one checkpoint in full, jobs that seal, adopt, verify, release and destroy, and events. */
final class CatalogueEndpoints {
    private static final int PATH_MAX = 4_096;
    private static final int VOLUME_MAX = 64;
    private static final int NAME_MAX = 400;
    private static final int REASON_MAX = 1_024;
    private static final String ID = "[0-9a-f]{32}";

    private final Transfers transfers;
    private final ApiFacts facts;
    private final Gate gate;
    private final CallerPaths paths;
    private final Events events;

    private CatalogueEndpoints(Transfers transfers, ApiFacts facts, Gate gate, CallerPaths paths, Events events) {
        this.transfers = transfers;
        this.facts = facts;
        this.gate = gate;
        this.paths = paths;
        this.events = events;
    }

    static List<Route> routes(Transfers transfers, ApiFacts facts, Gate gate, CallerPaths paths, Events events) {
        var own = new CatalogueEndpoints(transfers, facts, gate, paths, events);
        Set<String> none = Set.of();
        Set<Right> any = EnumSet.allOf(Right.class);
        Set<Right> move = EnumSet.of(Right.PUSH, Right.PULL, Right.ADMIN);
        Set<Right> destroy = EnumSet.of(Right.DESTROY);
        return List.of(
                new Route("GET", "/v1/checkpoint", Set.of("volume", "name"), any, own::checkpoint),
                new Route("POST", "/v1/seals", none, EnumSet.of(Right.PUSH, Right.ADMIN), own.start(Sealing.Act.SEAL)),
                new Route(
                        "POST",
                        "/v1/adoptions",
                        none,
                        EnumSet.of(Right.PULL, Right.ADMIN),
                        own.start(Sealing.Act.ADOPT)),
                new Route("POST", "/v1/verifications", none, move, own::verify),
                new Route("POST", "/v1/releases", none, destroy, own::release),
                new Route("POST", "/v1/destructions", none, destroy, own::destroy),
                new Route("GET", "/v1/jobs", none, any, own::jobs),
                new Route("GET", "/v1/jobs/{id}", none, any, request -> job(own.find(request))),
                new Route("POST", "/v1/jobs/{id}/cancel", none, any, own::cancel),
                new Route("GET", "/v1/events", Set.of("transfer"), move, own::events));
    }

    private static Reply job(AnyJob job) {
        return Reply.json(200, job.json());
    }

    private Reply checkpoint(ApiRequest request) {
        String volume = PeerBody.text("volume", request.query("volume").orElse(null), VOLUME_MAX);
        String name = PeerBody.text("name", request.query("name").orElse(null), NAME_MAX);
        gate.volume(request.principal(), volume);
        return transfers
                .checkpoint(volume, name)
                .map(found -> Reply.json(200, CatalogueJson.checkpoint(found)))
                .orElseThrow(() -> new ApiRefusal(
                        404,
                        Code.UNKNOWN_CHECKPOINT,
                        "the catalogue has no complete checkpoint " + volume + "/" + name
                                + "; `carnet ls` lists what there is"));
    }

    private Function<ApiRequest, Reply> start(Sealing.Act act) {
        return request -> {
            String given = PeerBody.text("path", request.json(PathBody.class).path(), PATH_MAX);
            if (!given.startsWith("/")) {
                throw ApiRefusal.malformed("'path' has to be an absolute path");
            }
            return Reply.json(
                    202,
                    CatalogueJson.job(gate.telling(
                            request.principal(),
                            () -> facts.jobs()
                                    .start(
                                            act,
                                            request.principal(),
                                            request.caller(),
                                            paths.ours(given, request.caller(), request.principal())))));
        };
    }

    private Reply verify(ApiRequest request) {
        VerifyBody body = request.json(VerifyBody.class);
        String volume = PeerBody.text("volume", body.volume(), VOLUME_MAX);
        String name = PeerBody.text("name", body.name(), NAME_MAX);
        gate.volume(request.principal(), volume);
        return Reply.json(202, CatalogueJson.job(facts.jobs().verify(request.principal(), volume, name)));
    }

    private Reply release(ApiRequest request) {
        ReleaseBody body = request.json(ReleaseBody.class);
        String volume = PeerBody.text("volume", body.volume(), VOLUME_MAX);
        String name = PeerBody.text("name", body.name(), NAME_MAX);
        String reason = PeerBody.text("reason", body.reason(), REASON_MAX);
        if (!PlainText.is(reason) || reason.getBytes(UTF_8).length > REASON_MAX) {
            throw new ApiRefusal(
                    422, Code.PROTOCOL, "'reason' has to be plain text of at most " + REASON_MAX + " bytes");
        }
        return left(request, volume, () -> facts.jobs().release(request.principal(), volume, name, reason));
    }

    private Reply destroy(ApiRequest request) {
        DestroyBody body = request.json(DestroyBody.class);
        String volume = PeerBody.text("volume", body.volume(), VOLUME_MAX);
        String name = PeerBody.text("name", body.name(), NAME_MAX);
        String confirm = PeerBody.text("confirm", body.confirm(), VOLUME_MAX + 1 + NAME_MAX);
        if (!(volume + "/" + name).equals(confirm)) {
            throw new ApiRefusal(
                    422, Code.PROTOCOL, "'confirm' has to say what is destroyed, as volume/name; nothing was");
        }
        return left(request, volume, () -> facts.jobs().destroy(request.principal(), volume, name));
    }

    private Reply left(ApiRequest request, String volume, Supplier<JobView> begin) {
        gate.volume(request.principal(), volume);
        return Reply.json(202, CatalogueJson.job(gate.telling(request.principal(), begin)));
    }

    private Reply jobs(ApiRequest request) {
        boolean all = gate.admin(request.principal());
        return Reply.json(
                200,
                Map.of(
                        "jobs",
                        AnyJob.all(facts).stream()
                                .filter(job -> all || job.principal().equals(request.principal()))
                                .map(AnyJob::json)
                                .toList()));
    }

    private AnyJob find(ApiRequest request) {
        String id = request.path("id");
        AnyJob job = (id.matches(ID) ? AnyJob.find(facts, id) : Optional.<AnyJob>empty())
                .orElseThrow(() -> new ApiRefusal(
                        404,
                        Code.UNKNOWN_TRANSFER,
                        "no job has this id; the newest are kept until the daemon stops (`carnet jobs` lists them)"));
        gate.own(request.principal(), Optional.of(job.principal()), "the job " + job.id());
        return job;
    }

    private Reply cancel(ApiRequest request) {
        request.noBody();
        AnyJob job = find(request);
        return job(AnyJob.cancel(facts, job.id()).orElse(job));
    }

    private Reply events(ApiRequest request) {
        Optional<String> wanted = request.query("transfer").map(id -> {
            var found = (id.matches("[0-9a-f]{4,32}")
                            ? transfers.get(id)
                            : Optional.<dev.carnet.daemon.transfer.TransferView>empty())
                    .orElseThrow(() -> new ApiRefusal(
                            404, Code.UNKNOWN_TRANSFER, "no transfer, or more than one, begins with what was given"));
            gate.own(request.principal(), Optional.ofNullable(found.principal()), "the transfer " + found.id());
            return found.id();
        });
        return events.listen(request.principal(), wanted);
    }
}
