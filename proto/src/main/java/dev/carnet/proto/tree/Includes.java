package dev.carnet.proto.tree;

import java.util.Arrays;
import java.util.List;

/**
 * The patterns that choose a part of a tree (SPEC.md, section 8, "Includes"). Matching takes at most (components of the pattern) times (components of the path)
 * comparisons of components, each of at most (pattern length) times (name length) steps: no pattern is exponential. Immutable.
 */
public final class Includes {
    private static final String ANY = "**";

    private final List<Pattern> patterns;

    private record Pattern(List<String> components, boolean anywhere) {}

    /**
     * Reads patterns; none chooses everything.
     *
     * @throws IllegalArgumentException naming the pattern that has an empty component
     */
    public Includes(List<String> patterns) {
        this.patterns = patterns.stream().map(Includes::read).toList();
    }

    private static Pattern read(String text) {
        List<String> components = split(text.startsWith("/") ? text.substring(1) : text);
        if (components.contains("")) {
            throw new IllegalArgumentException("the pattern '" + text + "' has an empty component");
        }
        return new Pattern(components, text.indexOf('/') < 0);
    }

    private static List<String> split(String path) {
        return Arrays.asList(path.split("/", -1));
    }

    /** Whether all of a tree is chosen. */
    public boolean all() {
        return patterns.isEmpty();
    }

    /** Whether a member is chosen by itself: it matches, or a directory above it does. Directories above what is chosen are for the caller to keep. */
    public boolean choose(String path) {
        if (patterns.isEmpty()) {
            return true;
        }
        List<String> components = split(path);
        return !path.equals(MemberPath.ROOT) && patterns.stream().anyMatch(pattern -> matches(pattern, components));
    }

    private static boolean matches(Pattern pattern, List<String> path) {
        if (pattern.anywhere()) {
            String only = pattern.components().getFirst();
            return only.equals(ANY) || path.stream().anyMatch(name -> component(only, name));
        }
        // at[n]: the pattern so far matches the first n components
        boolean[] at = new boolean[path.size() + 1];
        at[0] = true;
        for (String wanted : pattern.components()) {
            at = step(at, wanted, path);
        }
        boolean found = false;
        for (int n = 1; n < at.length; n++) {
            found |= at[n]; // the member, or a directory above it
        }
        return found;
    }

    private static boolean[] step(boolean[] at, String wanted, List<String> path) {
        boolean[] next = new boolean[at.length];
        for (int n = 0; n < at.length; n++) {
            if (wanted.equals(ANY)) {
                next[n] = at[n] || (n > 0 && next[n - 1]);
            } else {
                next[n] = n > 0 && at[n - 1] && component(wanted, path.get(n - 1));
            }
        }
        return next;
    }

    /** One component: on a mismatch only the last star is tried again, further on. */
    private static boolean component(String pattern, String name) {
        int[] wanted = pattern.codePoints().toArray();
        int[] given = name.codePoints().toArray();
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < given.length) {
            if (p < wanted.length && wanted[p] == '*') {
                star = p++;
                resume = n;
            } else if (p < wanted.length && (wanted[p] == '?' || wanted[p] == given[n])) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < wanted.length && wanted[p] == '*') {
            p++;
        }
        return p == wanted.length;
    }
}
