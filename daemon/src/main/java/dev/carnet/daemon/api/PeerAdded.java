package dev.carnet.daemon.api;

/**
 * A peer that was added.
 *
 * @param file that was written, and can be removed or edited like any other
 * @param changed what the reload changed, a sentence
 * @param needsRestart settings that had changed before, and take effect at the next start alone; empty for none
 */
public record PeerAdded(String alias, String id, String file, String changed, String needsRestart) {}
