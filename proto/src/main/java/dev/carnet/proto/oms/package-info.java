/**
 * Bundles of OpenSSF Model Signing (OMS) v1.0: a Sigstore bundle v0.3 around a DSSE envelope around an in-toto statement that lists every file with its digest. Written and read as streams: a million files
 * are 200 MB, and nothing holds them.
 */
@NullMarked
package dev.carnet.proto.oms;

import org.jspecify.annotations.NullMarked;
