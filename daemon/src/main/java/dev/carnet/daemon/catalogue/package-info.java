/**
 * Jobs that read checkpoints of this machine: to seal, to adopt, to verify. The door is {@link dev.carnet.daemon.catalogue.Jobs}; what a job does is the transfer room's
 * ({@link dev.carnet.daemon.transfer.Sealing}, {@link dev.carnet.daemon.transfer.Holdings}).
 */
@NullMarked
package dev.carnet.daemon.catalogue;

import org.jspecify.annotations.NullMarked;
