/**
 * Who a peer is (SPEC section 5): SPIFFE IDs, and the validation of a certificate chain against the anchors of its own trust domain. No clock, no files.
 */
@NullMarked
package dev.carnet.proto.identity;

import org.jspecify.annotations.NullMarked;
