package dev.carnet.daemon;

import dev.carnet.daemon.api.ApiFacts;
import dev.carnet.daemon.api.DaemonInfo;
import dev.carnet.daemon.api.NewPeer;
import dev.carnet.daemon.api.PeerAdded;
import dev.carnet.daemon.api.PeerInfo;
import dev.carnet.daemon.api.ReloadInfo;
import dev.carnet.daemon.catalogue.Jobs;
import dev.carnet.daemon.config.PeerConfig;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.question.PeerQuestions;
import dev.carnet.daemon.transfer.Bundles;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.StaticFiles;
import dev.carnet.daemon.transport.Transport;
import dev.carnet.proto.hash.Blake3;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What the local API tells of the daemon itself. */
final class Facts implements ApiFacts {
    private final Live live;
    private final Ledger ledger;
    private final Transport transport;
    private final PeerQuestions questions;
    private final Jobs jobs;
    private final StaticFiles published;
    private final Bundles bundles;
    private final Blake3 hash;
    private final Clock clock;
    private final Supplier<List<Map<String, String>>> doctor;
    private final Instant started;

    Facts(
            Live live,
            Ledger ledger,
            Transport transport,
            PeerQuestions questions,
            Jobs jobs,
            StaticFiles published,
            Bundles bundles,
            Blake3 hash,
            Clock clock,
            Supplier<List<Map<String, String>>> doctor) {
        this.live = live;
        this.ledger = ledger;
        this.transport = transport;
        this.questions = questions;
        this.jobs = jobs;
        this.published = published;
        this.bundles = bundles;
        this.hash = hash;
        this.clock = clock;
        this.doctor = doctor;
        this.started = clock.instant();
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public Bundles bundles() {
        return bundles;
    }

    @Override
    public DaemonInfo daemon() {
        String listen = live.now().config().daemon().listen().isEmpty()
                ? ""
                : transport.address().getHostString() + ":"
                        + transport.address().getPort();
        return new DaemonInfo(
                live.now().identity().id().uri(),
                ledger.origin(),
                Daemon.SOFTWARE,
                ProcessHandle.current().pid(),
                listen,
                started,
                Duration.between(started, clock.instant()).toSeconds(),
                hash.kind());
    }

    @Override
    public List<PeerInfo> peers() {
        return live.now().config().peers().stream().map(this::peer).toList();
    }

    private PeerInfo peer(PeerConfig peer) {
        String id = peer.id().uri();
        Optional<Session> session = transport.session(id).filter(Session::open);
        return new PeerInfo(
                peer.alias(),
                id,
                session.isPresent(),
                session.map(Session::since).orElse(null),
                session.isPresent() ? null : transport.whyNot(id).orElse(null));
    }

    @Override
    public PeerQuestions questions() {
        return questions;
    }

    @Override
    public StaticFiles published() {
        return published;
    }

    @Override
    public PeerAdded add(NewPeer peer) {
        return new PeerFiles(live).add(peer);
    }

    @Override
    public ReloadInfo reloaded() {
        return live.last();
    }

    @Override
    public ReloadInfo reload() {
        return live.reload("API");
    }

    @Override
    public List<Map<String, String>> doctor() {
        return doctor.get();
    }
}
