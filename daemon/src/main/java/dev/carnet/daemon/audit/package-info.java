/** What is published of the ledger: the files of C2SP tlog-tiles and the blobs, read-only, as they lie on disk. */
@NullMarked
package dev.carnet.daemon.audit;

import org.jspecify.annotations.NullMarked;
