/**
 * The local HTTP interface: JSON over HTTP/1.1 on a Unix domain socket. The door is {@link dev.carnet.daemon.api.LocalApi}; what it answers is described by
 * {@code openapi.yaml} beside it in the resources, and explained in {@code daemon/docs/api.md}.
 */
@NullMarked
package dev.carnet.daemon.api;

import org.jspecify.annotations.NullMarked;
