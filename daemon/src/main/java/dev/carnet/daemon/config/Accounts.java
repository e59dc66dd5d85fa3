package dev.carnet.daemon.config;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Users and groups of this machine, by name. */
public interface Accounts {
    /** What the system's own lookup says (NSS: files, LDAP, ...). May wait for a directory server as long as the system lets it. */
    Accounts SYSTEM = new Accounts() {
        @Override
        public Optional<Integer> uid(String name) {
            return Native.number(Native.GETPWNAM, name);
        }

        @Override
        public Optional<Integer> gid(String name) {
            return Native.number(Native.GETGRNAM, name);
        }
    };

    Optional<Integer> uid(String name);

    Optional<Integer> gid(String name);

    /** Linked once, and only where somebody asks. */
    final class Native {
        /** struct passwd and struct group both begin with two pointers, and then comes the number. */
        private static final long NUMBER = 16;

        static final MethodHandle GETPWNAM = link("getpwnam");
        static final MethodHandle GETGRNAM = link("getgrnam");

        private Native() {}

        private static MethodHandle link(String name) {
            return Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow(name),
                            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        }

        /** Both answer in static memory: one call at a time. */
        private static synchronized Optional<Integer> number(MethodHandle lookup, String name) {
            try (Arena arena = Arena.ofConfined()) {
                var entry = (MemorySegment) lookup.invokeExact(arena.allocateFrom(name));
                return entry.address() == 0
                        ? Optional.empty()
                        : Optional.of(entry.reinterpret(NUMBER + Integer.BYTES).get(ValueLayout.JAVA_INT, NUMBER));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("a lookup declares no exceptions", e);
            }
        }
    }
}
