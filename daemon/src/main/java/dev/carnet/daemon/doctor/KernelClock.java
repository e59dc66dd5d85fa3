package dev.carnet.daemon.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** adjtimex(2), asked without changing anything: its result is the state of the clock. */
final class KernelClock {
    /** {@code struct timex} has 208 bytes; zero modes change nothing. */
    private static final long TIMEX_BYTES = 512;

    /** TIME_ERROR: not synchronised. */
    private static final int TIME_ERROR = 5;

    private KernelClock() {}

    /** Empty where the kernel, or a sandbox around this process, does not answer. */
    static Optional<Boolean> synchronised() {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle adjtimex = Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("adjtimex"),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            int state = (int) adjtimex.invokeExact(arena.allocate(TIMEX_BYTES, Long.BYTES));
            return state < 0 ? Optional.empty() : Optional.of(state != TIME_ERROR);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("adjtimex declares no exceptions", e);
        }
    }
}
