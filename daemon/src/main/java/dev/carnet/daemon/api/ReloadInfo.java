package dev.carnet.daemon.api;

import java.time.Instant;

/**
 * The last time that configuration, certificates or revocation lists were read again.
 *
 * @param at when
 * @param ok whether what was read is in force; otherwise what was before still is
 * @param trigger what asked for it: "start", "SIGHUP", "API", or the files that changed
 * @param detail what changed, or what is wrong; a sentence or several lines
 * @param needsRestart settings that changed and take effect at the next start alone, by name; empty for none
 */
public record ReloadInfo(Instant at, boolean ok, String trigger, String detail, String needsRestart) {}
