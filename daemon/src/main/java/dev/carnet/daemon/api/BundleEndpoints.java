package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Policy.Right;
import dev.carnet.daemon.transfer.Bundles;
import dev.carnet.daemon.transfer.Sealing.Target;
import dev.carnet.proto.oms.OmsFormat.Hash;
import dev.carnet.proto.wire.v1.Code;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The operations on OMS bundles: one is made, its bytes are read, and which keys sign. */
final class BundleEndpoints {
    private static final int PATH_MAX = 4_096;
    private static final int VOLUME_MAX = 64;
    private static final int NAME_MAX = 400;

    private final ApiFacts facts;
    private final Gate gate;
    private final CallerPaths paths;

    private BundleEndpoints(ApiFacts facts, Gate gate, CallerPaths paths) {
        this.facts = facts;
        this.gate = gate;
        this.paths = paths;
    }

    static List<Route> routes(ApiFacts facts, Gate gate, CallerPaths paths) {
        var own = new BundleEndpoints(facts, gate, paths);
        Set<Right> any = EnumSet.allOf(Right.class);
        return List.of(
                new Route(
                        "POST", "/v1/exports", Set.of(), EnumSet.of(Right.PUSH, Right.PULL, Right.ADMIN), own::export),
                new Route("GET", "/v1/bundle", Set.of("path", "volume", "name", "hash", "offset"), any, own::page),
                new Route("GET", "/v1/manifest-keys", Set.of(), any, own::keys));
    }

    private Reply export(ApiRequest request) {
        ExportBody body = request.json(ExportBody.class);
        Target target = target(request, body.path(), body.volume(), body.name());
        return Reply.json(
                202, CatalogueJson.job(facts.jobs().export(request.principal(), target.volume(), target.name())));
    }

    /** Where somebody may look at. Nothing is read but names. */
    private Target target(ApiRequest request, @Nullable String path, @Nullable String volume, @Nullable String name) {
        if (path == null ? volume == null || name == null : volume != null || name != null) {
            throw new ApiRefusal(422, Code.PROTOCOL, "say 'path' alone, or 'volume' and 'name'");
        }
        Target target;
        if (path == null) {
            target = new Target(PeerBody.text("volume", volume, VOLUME_MAX), PeerBody.text("name", name, NAME_MAX));
        } else {
            String given = PeerBody.text("path", path, PATH_MAX);
            if (!given.startsWith("/")) {
                throw ApiRefusal.malformed("'path' has to be an absolute path");
            }
            target = gate.telling(
                    request.principal(),
                    () -> facts.bundles().at(paths.ours(given, request.caller(), request.principal())));
        }
        gate.volume(request.principal(), target.volume());
        return target;
    }

    private Reply page(ApiRequest request) {
        Hash hash = hash(request.query("hash").orElse(Hash.BLAKE3.label()));
        long offset = offset(request.query("offset").orElse("0"));
        Target target = target(
                request,
                request.query("path").orElse(null),
                request.query("volume").orElse(null),
                request.query("name").orElse(null));
        Optional<Bundles.Page> found = facts.bundles().page(target.volume(), target.name(), hash, offset);
        Bundles.Page page = found.orElseThrow(() -> new ApiRefusal(
                404,
                Code.UNKNOWN_CHECKPOINT,
                "there is no " + hash.label() + " bundle of " + target.volume() + "/" + target.name()
                        + (hash == Hash.SHA256
                                ? ": it is made when it is asked for (`carnet export oms --sha256`)"
                                : ": the catalogue has no such checkpoint, or it has no file that a bundle lists")));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("volume", target.volume());
        json.put("name", target.name());
        json.put("hash", hash.label());
        json.put("size", page.size());
        json.put("offset", offset);
        json.put("content", Base64.getEncoder().encodeToString(page.bytes()));
        return Reply.json(200, json);
    }

    private static Hash hash(String label) {
        return Stream.of(Hash.values())
                .filter(hash -> hash.label().equals(label))
                .findFirst()
                .orElseThrow(() -> ApiRefusal.malformed("'hash' is blake3 or sha256"));
    }

    private static long offset(String digits) {
        if (!digits.matches("[0-9]{1,15}")) {
            throw ApiRefusal.malformed("'offset' is a number of bytes");
        }
        return Long.parseLong(digits);
    }

    private Reply keys(ApiRequest request) {
        return Reply.json(
                200,
                Map.of(
                        "keys",
                        facts.bundles().keys().stream()
                                .map(key -> Map.of("hint", key.hint(), "pem", key.pem()))
                                .toList()));
    }
}
