package dev.carnet.client.custody;

/** A daemon and its ledger, as a statement names them. */
record Party(String daemon, String origin) {}
