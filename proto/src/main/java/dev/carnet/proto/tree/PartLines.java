package dev.carnet.proto.tree;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * Which lines of a tree a part has (SPEC.md, section 8, "Includes"): the members that are chosen, and every directory above one of them. Members are added in
 * tree order; kept are a bit per line, and the directories whose contents may still come.
 */
public final class PartLines {
    private final Includes includes;
    private final BitSet lines = new BitSet();
    private final Deque<Open> open = new ArrayDeque<>();
    private int next;
    private int chosen;

    /** A directory that more members may lie in: not before the paths that begin with it and go on with a byte smaller than '/' are over. */
    private record Open(String path, int line) {
        boolean mayHold(String path) {
            return MemberPath.ORDER.compare(path, this.path + '0') < 0; // '0' follows '/'
        }
    }

    public PartLines(Includes includes) {
        this.includes = includes;
    }

    /** The next member in tree order, the root first. */
    public void add(TreeMember member) {
        int line = next++;
        String path = member.path();
        if (path.equals(MemberPath.ROOT)) {
            lines.set(line);
            return;
        }
        while (!open.isEmpty() && !open.getLast().mayHold(path)) {
            open.removeLast();
        }
        if (includes.choose(path)) {
            chosen++;
            lines.set(line);
            for (Open above : open) {
                if (path.startsWith(above.path() + '/')) {
                    lines.set(above.line());
                }
            }
        }
        if (member instanceof TreeMember.Directory) {
            open.addLast(new Open(path, line));
        }
    }

    /** Whether anything besides the root was chosen. */
    public boolean any() {
        return chosen > 0;
    }

    /** Whether the part has the line with this number, counted from 0; once all are added. */
    public boolean has(int line) {
        return lines.get(line);
    }
}
