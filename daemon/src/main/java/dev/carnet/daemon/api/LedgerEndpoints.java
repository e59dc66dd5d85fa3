package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Policy.Right;
import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ledger as an auditor reads it on this machine: the same files, under the same paths, as over HTTPS. */
final class LedgerEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerEndpoints.class);

    private final ApiFacts facts;

    private LedgerEndpoints(ApiFacts facts) {
        this.facts = facts;
    }

    static List<Route> routes(ApiFacts facts) {
        var own = new LedgerEndpoints(facts);
        Set<String> none = Set.of();
        Set<Right> audit = EnumSet.of(Right.AUDIT, Right.ADMIN);
        return List.of(
                new Route("GET", "/v1/ledger/checkpoint", none, audit, request -> own.file("/checkpoint")),
                new Route(
                        "GET",
                        "/v1/ledger/tile/{tile}",
                        true,
                        none,
                        audit,
                        request -> own.file("/tile/" + request.path("tile"))),
                new Route(
                        "GET",
                        "/v1/ledger/blobs/sha256/{digest}",
                        none,
                        audit,
                        request -> own.file("/blobs/sha256/" + request.path("digest"))));
    }

    private Reply file(String path) {
        try {
            return facts.published()
                    .open(path)
                    .map(Reply::file)
                    .orElseThrow(() -> new ApiRefusal(
                            404,
                            Code.UNSUPPORTED,
                            "there is no such file in the ledger; what there"
                                    + " is follows from the size that the checkpoint says (proto/LEDGER.md)"));
        } catch (IOException e) {
            LOG.error("a file of the ledger cannot be read", e);
            throw new ApiRefusal(500, Code.STORAGE, "the file cannot be read; the daemon's log says why");
        }
    }
}
