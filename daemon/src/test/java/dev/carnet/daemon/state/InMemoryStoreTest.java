package dev.carnet.daemon.state;

/** The fake keeps the contract too. */
class InMemoryStoreTest extends StoreContract {
    @Override
    Store open() {
        return new InMemoryStore();
    }
}
