package dev.carnet.client.verify;

import java.io.PrintWriter;

/**
 * Where progress is shown.
 *
 * @param out what a person reads
 * @param terminal whether a line can be drawn again there
 * @param columns of that terminal; longer lines are cut, since one that wraps cannot be drawn again
 */
public record Screen(PrintWriter out, boolean terminal, int columns) {}
