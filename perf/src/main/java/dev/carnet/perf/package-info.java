/** Benchmarks: parts with JMH, and whole transfers beside what people use today. */
@NullMarked
package dev.carnet.perf;

import org.jspecify.annotations.NullMarked;
