package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.Tx;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An entry that somebody waits for. Touched only by whoever holds the ledger's lock. */
final class Wanted {
    final byte[] key;
    private final Supplier<byte[]> build;
    private final BiConsumer<Tx, Recorded> then;
    private @Nullable Recorded recorded;
    private @Nullable Throwable failure;

    Wanted(EntryKey key, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then) {
        this.key = EntryKeyText.of(key);
        this.build = build;
        this.then = then;
    }

    /** Of its key: what two calls for one entry have in common. */
    ByteBuffer same() {
        return ByteBuffer.wrap(key);
    }

    byte[] build() {
        return build.get();
    }

    void then(Tx tx, Recorded entry) {
        then.accept(tx, entry);
    }

    boolean done() {
        return recorded != null || failure != null;
    }

    void done(Recorded entry) {
        recorded = entry;
    }

    /** The first failure stays. */
    void failed(Throwable e) {
        if (!done()) {
            failure = e;
        }
    }

    /** What its caller gets. */
    Recorded result() {
        switch (failure) {
            case null -> {}
            case LedgerException e ->
                throw new LedgerException(String.valueOf(e.getMessage()), e); // several callers may get it
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
        return Objects.requireNonNull(recorded);
    }
}
