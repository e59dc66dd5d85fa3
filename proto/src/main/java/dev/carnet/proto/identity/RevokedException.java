package dev.carnet.proto.identity;

import java.io.Serial;

/** A chain that is good otherwise, of somebody who is trusted no more ({@link Revocations}). */
public final class RevokedException extends IdentityException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient SpiffeId id;

    RevokedException(SpiffeId id, String message) {
        super(message);
        this.id = id;
    }

    /** Whose the chain is. */
    public SpiffeId id() {
        return id;
    }
}
