/** Fuzzing of every parser that reads what a peer sent, what a local caller sent, or what lies in a file; daemon/docs/testing.md says how it is run. */
@org.jspecify.annotations.NullMarked
package dev.carnet.daemon.fuzz;
