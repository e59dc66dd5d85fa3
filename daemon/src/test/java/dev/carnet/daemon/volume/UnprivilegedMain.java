package dev.carnet.daemon.volume;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Run by {@link UnprivilegedTest} as another user: needs nothing but the classes of this room. */
final class UnprivilegedMain {
    private static final String ID = "ffffffffffffffffffffffffffffffff";
    private static final CheckpointName NAME = CheckpointName.of("runs/\u00e9tape-1");

    private UnprivilegedMain() {}

    public static void main(String[] args) {
        var spec = new VolumeSpec("v", Path.of(args[0]), false, null, 0, false);
        try (var volume = Volumes.open(spec)) {
            publishes(volume);
            leavesOutWhatItMayNotEnter(volume);
            says(
                    "to the group root",
                    () -> Volumes.open(new VolumeSpec("v", Path.of(args[0]), false, "root", 0, false))
                            .records(NAME)
                            .write("tree", out -> {}));
        }
        System.out.print("good\n");
    }

    private static void publishes(Volume volume) {
        var members = List.of(
                new Member(".", Member.Type.DIRECTORY, 0555, 0, 1, 2),
                new Member("a\u0301", Member.Type.DIRECTORY, 0500, 0, 3, 4),
                new Member("a\u0301/f", Member.Type.FILE, 0000, 1, 5, 6));
        stage(volume, members);
        var staging = volume.staging(ID);
        staging.assemble(members);
        staging.assemble(members); // the modes of the first time are in the way now
        staging.recordPrints(NAME);
        staging.publish(NAME);
        staging.seal(NAME, members.getFirst());
        staging.seal(NAME, members.getFirst());
        List<Member> found = new ArrayList<>();
        volume.source(NAME.value(), false).walk((member, print) -> found.add(member));
        check(found.equals(members), "published " + found);
        check(volume.standsAsRecorded(NAME), "does not stand as recorded");
        says("uid 65534", () -> volume.source(NAME.value(), false).open("a\u0301/f"));
    }

    private static void leavesOutWhatItMayNotEnter(Volume volume) {
        var name = CheckpointName.of("runs/closed");
        var members = List.of(
                new Member(".", Member.Type.DIRECTORY, 0000, 0, 1, 2),
                new Member("d", Member.Type.DIRECTORY, 0000, 0, 3, 4),
                new Member("d/f", Member.Type.FILE, 0400, 1, 5, 6));
        stage(volume, members);
        var staging = volume.staging(ID);
        staging.assemble(members);
        staging.recordPrints(name);
        staging.publish(name);
        staging.seal(name, members.getFirst());
        staging.seal(name, members.getFirst());
        check(!volume.standsAsRecorded(name), "cannot be known");
        stage(volume, members);
        staging.assemble(members);
        staging.destroy();
        check(volume.staging(ID).root().isEmpty(), "staging is still there");
    }

    private static void stage(Volume volume, List<Member> members) {
        var staging = volume.staging(ID);
        volume.prepareTarget(NAME, ID);
        for (Member m : members) {
            if (m.type() == Member.Type.DIRECTORY) {
                staging.makeDirectory(m.path());
                continue;
            }
            try (var file = staging.create(m.path());
                    var arena = Arena.ofConfined()) {
                MemorySegment one = arena.allocate(1);
                one.set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
                file.size(1);
                file.write(one, 0, 1);
                file.force();
            }
        }
    }

    private static void says(String part, Runnable refused) {
        try {
            refused.run();
        } catch (VolumeException e) {
            check(
                    e.kind() == VolumeException.Kind.PERMISSION
                            && String.valueOf(e.getMessage()).contains(part),
                    e.kind() + " " + e.getMessage());
            return;
        }
        check(false, "was not refused: " + part);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
