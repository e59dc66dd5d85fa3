package dev.carnet.daemon.volume;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Whether mode bits and POSIX ACLs say all there is to say about who may read something. Remembers file systems, not files. */
final class AccessRules {
    /** By f_type of statfs: there a server or a program decides by rules of its own, and shows mode bits that it made up. */
    private static final Set<Long> MADE_UP = Set.of(
            0x65735546L, // FUSE
            0xff534d42L, // CIFS
            0xfe534d42L, // SMB2
            0x517bL, // SMB
            0x01021997L, // 9p
            0x5346414fL, // AFS
            0x6b414653L, // kAFS
            0x73757245L, // Coda
            0x47504653L); // GPFS: its NFSv4 ACLs show in no attribute

    /** Rules of other kinds, by the attributes that show them. */
    private static final List<byte[]> OTHERS = List.of(
            attribute("system.nfs4_acl"),
            attribute("system.richacl"),
            attribute("system.cifs_acl"),
            attribute("system.smb3_acl"));

    private enum Kind {
        MODES_SAY_ALL,
        LOOK_AT_EACH,
        CANNOT_BE_TOLD
    }

    private final Posix posix;
    private final Map<Long, Kind> byDevice = new ConcurrentHashMap<>();

    AccessRules(Posix posix) {
        this.posix = posix;
    }

    /** Whether there may be rules that the mode bits of this very object do not show. */
    boolean hidden(int fd, Stat stat) {
        return switch (byDevice.computeIfAbsent(stat.device(), device -> kind(fd))) {
            case MODES_SAY_ALL -> false;
            case CANNOT_BE_TOLD -> true;
            case LOOK_AT_EACH ->
                OTHERS.stream().map(rules -> posix.attribute(fd, rules)).anyMatch(r -> !absent(r) && !unknown(r));
        };
    }

    private Kind kind(int fd) {
        long type = posix.fileSystemType(fd);
        if (type < 0 || MADE_UP.contains(type)) {
            return Kind.CANNOT_BE_TOLD;
        }
        boolean none = OTHERS.stream().map(rules -> posix.attribute(fd, rules)).allMatch(AccessRules::unknown);
        return none ? Kind.MODES_SAY_ALL : Kind.LOOK_AT_EACH;
    }

    /** The file system knows no such attribute. */
    private static boolean unknown(Result<byte[]> attribute) {
        return attribute.failedWith(Errno.EOPNOTSUPP);
    }

    private static boolean absent(Result<byte[]> attribute) {
        return attribute.failedWith(Errno.ENODATA);
    }

    private static byte[] attribute(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
