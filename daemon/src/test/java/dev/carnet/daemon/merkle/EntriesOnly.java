package dev.carnet.daemon.merkle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Keyring;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.state.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Entries that count; nothing else of a ledger is asked for. */
final class EntriesOnly implements Ledger {
    final List<byte[]> all = new ArrayList<>();
    private final String origin;

    EntriesOnly(String origin) {
        this.origin = origin;
    }

    void add(int count) {
        for (int i = 0; i < count; i++) {
            all.add(("entry " + all.size()).getBytes(UTF_8));
        }
    }

    @Override
    public List<Recorded> entries(long sequence, int max) {
        List<Recorded> found = new ArrayList<>();
        for (long i = sequence; i < all.size() && found.size() < Math.min(max, 100); i++) {
            found.add(new Recorded(i, "", all.get((int) i)));
        }
        return found;
    }

    @Override
    public List<byte[]> envelopes(long sequence, int max) {
        return entries(sequence, max).stream().map(Recorded::envelope).toList();
    }

    @Override
    public long size() {
        return all.size();
    }

    @Override
    public void follow(Runnable counted) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public Recorded record(EntryKey key, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Recorded> find(EntryKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String blob(byte[] content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<byte[]> blob(String digest, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String blob(BlobWriter content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Keyring keys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
