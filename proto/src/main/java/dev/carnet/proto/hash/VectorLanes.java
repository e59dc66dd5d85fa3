package dev.carnet.proto.hash;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Supplier;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector lanes of one width. The only class through which others reach {@code jdk.incubator.vector}; it links only
 * where that module is present.
 *
 * <p>The kernel sees one kind of memory alone, so that its loads stay without branches: what is not plain native
 * memory, or does not fill all lanes, is copied into a native buffer of one row of leaves first.
 */
final class VectorLanes implements Lanes {

    static final int BITS_MIN = 128;
    private static final int BITS_MAX = 512;

    private final Lanes kernel;
    private final MemorySegment staging;

    private VectorLanes(Lanes kernel) {
        this.kernel = kernel;
        this.staging = Arena.ofAuto().allocate((long) kernel.width() * Compression.LEAF_BYTES, 64);
    }

    /** The width of this machine's vectors, in bits, as far as there is a kernel for it. */
    static int bitsPreferred() {
        return Math.min(IntVector.SPECIES_PREFERRED.vectorBitSize(), BITS_MAX);
    }

    /**
     * Makes the implementation for one width.
     *
     * @param bits 128, 256 or 512; one that the machine does not have works, very slowly
     */
    static Blake3 blake3(int bits) {
        MethodHandle kernel = define(VectorSpecies.of(int.class, VectorShape.forBitSize(bits)));
        Supplier<Lanes> lanes = () -> new VectorLanes(instance(kernel));
        return new TreeBlake3("vector-" + bits, lanes);
    }

    @Override
    public int width() {
        return kernel.width();
    }

    @Override
    public int leavesMin() {
        return Math.max(2, kernel.width() / 4);
    }

    @Override
    public void leaves(MemorySegment data, long offset, int count, long counter, CvTable table, int at) {
        if (count == kernel.width() && data.isNative() && !data.isMapped()) {
            kernel.leaves(data, offset, count, counter, table, at);
        } else {
            MemorySegment.copy(data, offset, staging, 0, (long) count * Compression.LEAF_BYTES);
            kernel.leaves(staging, 0, count, counter, table, at);
        }
    }

    @Override
    public void parents(CvTable table, int at) {
        kernel.parents(table, at);
    }

    private static MethodHandle define(VectorSpecies<Integer> species) {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        String file = LaneKernel.class.getSimpleName() + ".class";
        try (InputStream template = VectorLanes.class.getResourceAsStream(file)) {
            if (template == null) {
                throw new IllegalStateException("the class path lacks " + file);
            }
            MethodHandles.Lookup kernel = lookup.defineHiddenClassWithClassData(template.readAllBytes(), species, true);
            return kernel.findConstructor(kernel.lookupClass(), MethodType.methodType(void.class))
                    .asType(MethodType.methodType(Lanes.class));
        } catch (IOException | ReflectiveOperationException e) {
            throw new IllegalStateException("cannot define " + file, e);
        }
    }

    private static Lanes instance(MethodHandle constructor) {
        try {
            return (Lanes) constructor.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
