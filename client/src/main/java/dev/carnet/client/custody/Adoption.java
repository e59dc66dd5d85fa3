package dev.carnet.client.custody;

/**
 * A possession{adopted}.
 *
 * @param spot where, and of what
 * @param event the entry
 * @param bulk what was adopted
 */
record Adoption(Spot spot, PlaceEvent event, Bulk bulk) {}
