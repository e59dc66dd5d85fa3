/**
 * {@code carnet demo}: the main job on an embedded default. Two real daemons as processes, a real push between them, the receiver killed
 * half-way, and a verification that does not believe the transfer.
 *
 * <p>{@link dev.carnet.client.demo.Demo} tells the story, one class per actor beside it.
 */
@NullMarked
package dev.carnet.client.demo;

import org.jspecify.annotations.NullMarked;
