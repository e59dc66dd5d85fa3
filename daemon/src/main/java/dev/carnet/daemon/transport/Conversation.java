package dev.carnet.daemon.transport;

/** What is said over an established TLS connection. All calls come on the connection's event loop. */
interface Conversation {
    /** Called once, first. */
    void begin(TlsLink link);

    /**
     * Decrypted bytes, at most one record of 16 KiB; the array is the caller's again afterwards. After {@link TlsLink#hold} no more come, but all of these must be
     * taken. An exception is given to {@link #failed}.
     */
    void received(byte[] bytes, int offset, int length);

    /** The connection takes more bytes again. */
    default void writable() {}

    /** {@link #received} threw. Says so to the peer where it can, and closes the link. */
    void failed(RuntimeException e);

    /** The connection is gone; called once, last. */
    void closed(String reason);
}
