package dev.carnet.daemon.volume;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.wire.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows symbolic links by hand, for a source that is to be dereferenced: the answer is a path without links that lies in the same volume. What is opened by it
 * afterwards is opened without following any link; so a link that changes in between leads to an error, never out of the volume.
 */
final class Links {
    /** As many as the kernel follows. */
    private static final int LINKS_MAX = 40;

    private final Disk disk;
    private final Guard guard;
    private final Access access;

    Links(Disk disk, Guard guard, Access access) {
        this.disk = disk;
        this.guard = guard;
        this.access = access;
    }

    /**
     * The path, relative to the volume, that a path comes to.
     *
     * @throws VolumeException BAD_TYPE where a link leads out of the volume, into the daemon's folder, through what never travels, or round in a circle; NOT_FOUND where it leads nowhere
     */
    byte[] resolve(byte[] path) {
        var ahead = new ArrayDeque<String>();
        push(ahead, latin(path));
        List<String> done = new ArrayList<>();
        int links = 0;
        while (!ahead.isEmpty()) {
            String component = ahead.pop();
            if (component.isEmpty() || component.equals(".")) {
                continue;
            }
            if (component.equals("..")) {
                if (done.isEmpty()) {
                    throw refused(path, "leads out of the volume");
                }
                done.removeLast();
                continue;
            }
            done.add(component);
            if (done.size() == 1 && component.equals(NameRules.OWN)) {
                throw refused(path, "leads into " + NameRules.OWN);
            }
            String target = target(done, path);
            if (target != null) {
                if (++links > LINKS_MAX) {
                    throw refused(path, "runs through more than " + LINKS_MAX + " links");
                }
                done.removeLast();
                follow(target, ahead, done, path);
            }
        }
        if (done.isEmpty()) {
            throw refused(path, "leads to the volume's root");
        }
        return bytes(String.join("/", done));
    }

    private void follow(String target, ArrayDeque<String> ahead, List<String> done, byte[] path) {
        String rest = target;
        if (target.startsWith("/")) {
            String root = latin(disk.spec().root().toString().getBytes(UTF_8));
            String prefix = root.equals("/") ? root : root + "/";
            if (!target.startsWith(prefix)) {
                throw refused(path, "leads out of the volume, to " + Names.show(bytes(target)));
            }
            rest = target.substring(prefix.length());
            done.clear();
        }
        push(ahead, rest);
    }

    /** Where the last of these components points to; null where it is no link. */
    private @org.jspecify.annotations.Nullable String target(List<String> components, byte[] asked) {
        byte[] path = bytes(String.join("/", components));
        if (path.length > 2 * Limits.PATH_BYTES_MAX) {
            throw refused(asked, "comes to a path of more than " + 2 * Limits.PATH_BYTES_MAX + " bytes");
        }
        try (At at = disk.beneath().at(path)) {
            access.search(at.directory(), at.where());
            Stat stat = disk.check(at.stat(), "follow " + disk.beneath().where(asked) + " to", at.where());
            guard.check(stat, shown(asked, at));
            if (!stat.isLink()) {
                return null;
            }
            byte[] target = new byte[Scratch.PATH_BYTES];
            int length =
                    disk.check(disk.posix().readlinkat(at.directory(), at.name(), target), "read the link", at.where());
            return latin(java.util.Arrays.copyOf(target, length));
        }
    }

    private String shown(byte[] asked, At at) {
        String where = disk.beneath().where(asked);
        return where.equals(at.where()) ? where : where + " leads to " + at.where() + ", which";
    }

    private VolumeException refused(byte[] path, String why) {
        return new VolumeException(
                VolumeException.Kind.BAD_TYPE,
                disk.beneath().where(path) + " " + why + ": only links to what lies in the same volume are followed");
    }

    private static void push(ArrayDeque<String> ahead, String path) {
        String[] components = path.split("/", -1);
        for (int i = components.length - 1; i >= 0; i--) {
            ahead.push(components[i]);
        }
    }

    /** One char per byte: names need not be valid UTF-8 here. */
    private static String latin(byte[] bytes) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
