package dev.carnet.client.custody;

/** A name under which a holder has something. */
record Place(String volume, String name) {}
