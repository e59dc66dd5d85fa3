package dev.carnet.proto.tree;

import dev.carnet.proto.hash.Hash32;

/**
 * What a whole tree comes to.
 *
 * @param treeDigest SHA-256 of its text: what exactly it is
 * @param contentDigest SHA-256 over path, size and BLAKE3 of the files alone: the same weights, whatever their dates
 * @param files how many regular files
 * @param directories how many directories, the root included
 * @param logicalBytes the sum of the files' sizes
 * @param textBytes the length of the text
 */
public record TreeSummary(
        Hash32 treeDigest, Hash32 contentDigest, int files, int directories, long logicalBytes, long textBytes) {}
