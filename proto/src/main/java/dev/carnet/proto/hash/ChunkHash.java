package dev.carnet.proto.hash;

/**
 * What one pass over chunk 0 of a file yields.
 *
 * @param cv its chaining value, used where more chunks follow
 * @param root the digest of the file, if this chunk is all of it
 */
public record ChunkHash(Hash32 cv, Hash32 root) {}
