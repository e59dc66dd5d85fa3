package dev.carnet.daemon.witness;

import static java.util.Objects.requireNonNull;

import dev.carnet.daemon.state.Store;
import dev.carnet.proto.log.TrustPolicy;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Optional;

/** The witnesses that the policy in force reaches by HTTP; made anew where another policy is. Not for several threads. */
final class WebWitnesses implements AutoCloseable {
    private final Store store;
    private final OwnLog own;
    private final HttpClient http = WebWitness.client();
    private Optional<TrustPolicy> policy = Optional.empty();
    private List<WebWitness> all = List.of();

    WebWitnesses(Store store, OwnLog own) {
        this.store = store;
        this.own = own;
    }

    List<WebWitness> of(Optional<TrustPolicy> now) {
        if (!now.equals(policy)) {
            all = now.map(this::make).orElseGet(List::of);
            policy = now;
        }
        return all;
    }

    private List<WebWitness> make(TrustPolicy named) {
        return named.urls().entrySet().stream()
                .filter(url -> named.witnesses().containsKey(url.getKey()))
                .map(url -> new WebWitness(
                        url.getKey(),
                        requireNonNull(named.witnesses().get(url.getKey())),
                        url.getValue(),
                        store,
                        own,
                        http))
                .toList();
    }

    /** What is being asked is broken off. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
