package dev.carnet.daemon.api;

import dev.carnet.daemon.question.PeerQuestions;
import dev.carnet.daemon.transport.StaticFiles;
import java.util.List;
import java.util.Map;

/** Facts that never change. */
final class FakeFacts implements ApiFacts {
    private final FakeJobs jobs = new FakeJobs();
    final FakePublished published = new FakePublished();
    private final FakeBundles bundles = new FakeBundles();

    @Override
    public FakeJobs jobs() {
        return jobs;
    }

    @Override
    public FakeBundles bundles() {
        return bundles;
    }

    @Override
    public DaemonInfo daemon() {
        return new DaemonInfo(
                "spiffe://a.test/x", "a.test/x", "1.2.3", 77, "127.0.0.1:7777", FakeTransfers.THEN, 5, "vector 512");
    }

    @Override
    public List<PeerInfo> peers() {
        return List.of(
                new PeerInfo("b", "spiffe://a.test/b", true, FakeTransfers.THEN, null),
                new PeerInfo("c", "spiffe://a.test/c", false, null, "connection refused by 10.0.0.3:7777"));
    }

    @Override
    public PeerQuestions questions() {
        return new FakeQuestions();
    }

    @Override
    public StaticFiles published() {
        return published::open;
    }

    @Override
    public PeerAdded add(NewPeer peer) {
        return new PeerAdded(peer.alias(), peer.id(), "/etc/carnet/carnetd.d/" + peer.alias() + ".toml", "1 peers", "");
    }

    @Override
    public ReloadInfo reload() {
        return new ReloadInfo(FakeTransfers.THEN, true, "API", "nothing changed", "");
    }

    @Override
    public ReloadInfo reloaded() {
        return new ReloadInfo(FakeTransfers.THEN, false, "SIGHUP", "carnetd.toml:3: daemon.state: missing", "");
    }

    @Override
    public List<Map<String, String>> doctor() {
        return List.of(Map.of("check", "hash", "level", "ok", "found", "4.1 GB/s", "whatToDo", ""));
    }
}
