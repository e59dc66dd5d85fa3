package dev.carnet.daemon.transfer;

import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** OMS bundles of what is complete here (client: {@code carnet export oms}). The BLAKE3 bundle is among the records of every checkpoint; the SHA-256 bundle is made when somebody asks. */
public interface Bundles {
    /** Most bytes of a page. */
    int PAGE_BYTES = 1 << 20;

    /**
     * A part of a bundle.
     *
     * @param size of the whole, in bytes
     */
    record Page(long size, byte[] bytes) {}

    /**
     * The name of a path.
     *
     * @param path absolute, as this daemon sees it
     * @throws TransferException BAD_SOURCE; BAD_NAME
     */
    Sealing.Target at(String path);

    /**
     * Some bytes of a bundle; empty where there is none. A bundle does not change, but where its checkpoint is another one now, or the manifest key.
     *
     * @throws TransferException LIMIT where it ends before the offset; STORAGE
     */
    Optional<Page> page(String volume, String name, OmsFormat.Hash hash, long offset);

    /**
     * Reads a complete checkpoint again, every byte, compares it with its record and computes SHA-256 on the way, and puts the SHA-256 bundle of it among the records.
     *
     * @param stopped asked between two chunks
     * @return what the catalogue has of it
     * @throws TransferException UNKNOWN_CHECKPOINT; TREE_MISMATCH, naming a member; UNSUPPORTED where nothing of it would be listed; CANCELLED; NO_SPACE; STORAGE; BUSY
     */
    Holdings.Held make(String volume, String name, Holdings.Progress progress, BooleanSupplier stopped);

    /** The manifest key, and those that signed before it and are still here. */
    List<ManifestKey> keys();
}
