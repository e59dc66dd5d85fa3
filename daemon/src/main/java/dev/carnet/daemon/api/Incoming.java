package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Caller;

/** A complete request as it came in, copied off the network's buffers. */
record Incoming(String method, String uri, String contentType, byte[] body, boolean keepAlive, Caller caller) {}
