package dev.carnet.daemon.volume;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * A POSIX access ACL, as {@code system.posix_acl_access} holds it: a little-endian u32 version (2), then entries of u16 tag, u16 permissions, u32 id
 * (linux/posix_acl_xattr.h). Decides as acl(5) says.
 *
 * @param entries in the order of the attribute
 */
record Acl(List<Entry> entries) {
    private static final int VERSION = 2;
    private static final int HEADER_BYTES = 4;
    private static final int ENTRY_BYTES = 8;

    private static final int USER_OBJ = 0x01;
    private static final int USER = 0x02;
    private static final int GROUP_OBJ = 0x04;
    private static final int GROUP = 0x08;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;

    private static final int PERMISSIONS = 07;

    /** One entry; {@code id} counts for named users and groups alone. */
    record Entry(int tag, int permissions, int id) {
        private boolean grants(int wanted) {
            return (permissions & wanted) == wanted;
        }
    }

    Acl {
        entries = List.copyOf(entries);
    }

    /**
     * Reads the attribute.
     *
     * @return empty for what is no valid ACL: another version, a length that is no whole number of entries, an unknown tag or permission, a class of entries missing or
     *     there twice. Who cannot read it must not guess
     */
    static Optional<Acl> parse(byte[] attribute) {
        ByteBuffer in = ByteBuffer.wrap(attribute).order(ByteOrder.LITTLE_ENDIAN);
        if (attribute.length < HEADER_BYTES
                || (attribute.length - HEADER_BYTES) % ENTRY_BYTES != 0
                || in.getInt() != VERSION) {
            return Optional.empty();
        }
        List<Entry> entries = new ArrayList<>();
        while (in.hasRemaining()) {
            entries.add(new Entry(Short.toUnsignedInt(in.getShort()), Short.toUnsignedInt(in.getShort()), in.getInt()));
        }
        Acl acl = new Acl(entries);
        return acl.valid() ? Optional.of(acl) : Optional.empty();
    }

    private boolean valid() {
        boolean known = entries.stream()
                .allMatch(e -> (e.permissions & ~PERMISSIONS) == 0
                        && switch (e.tag) {
                            case USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER -> true;
                            default -> false;
                        });
        boolean named = count(USER) + count(GROUP) > 0;
        return known
                && count(USER_OBJ) == 1
                && count(GROUP_OBJ) == 1
                && count(OTHER) == 1
                && count(MASK) <= 1
                && (!named || count(MASK) == 1);
    }

    private long count(int tag) {
        return entries.stream().filter(e -> e.tag == tag).count();
    }

    /**
     * The access check of acl(5).
     *
     * @param owner uid of the file
     * @param group gid of the file
     * @param member whether the reader is a member of a group
     * @param wanted one or more of 4 (read), 2 (write), 1 (search)
     */
    boolean grants(int owner, int group, int uid, IntPredicate member, int wanted) {
        if (uid == owner) {
            return only(USER_OBJ).grants(wanted);
        }
        int mask = entries.stream()
                .filter(e -> e.tag == MASK)
                .mapToInt(Entry::permissions)
                .findFirst()
                .orElse(PERMISSIONS);
        boolean masked = (mask & wanted) == wanted;
        Optional<Entry> user =
                entries.stream().filter(e -> e.tag == USER && e.id == uid).findFirst();
        if (user.isPresent()) {
            return masked && user.get().grants(wanted);
        }
        List<Entry> groups = entries.stream()
                .filter(e -> (e.tag == GROUP_OBJ && member.test(group)) || (e.tag == GROUP && member.test(e.id)))
                .toList();
        if (!groups.isEmpty()) {
            return masked && groups.stream().anyMatch(e -> e.grants(wanted));
        }
        return only(OTHER).grants(wanted);
    }

    private Entry only(int tag) {
        return entries.stream().filter(e -> e.tag == tag).findFirst().orElseThrow();
    }
}
