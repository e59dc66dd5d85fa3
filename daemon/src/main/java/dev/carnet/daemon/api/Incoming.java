package dev.carnet.daemon.api;

/** A complete request as it came in, copied off the network's buffers. */
record Incoming(String method, String uri, String contentType, byte[] body, boolean keepAlive, Caller caller) {}
