package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which logs are known, and which witnesses have to have cosigned (C2SP tlog-policy).
 *
 * @param logs keys of logs, each under its origin
 * @param witnesses keys of witnesses, by the name that the policy gives them
 * @param urls where witnesses can be asked to cosign (C2SP tlog-witness), by name; without those of which the policy says none
 * @param groups by name
 * @param quorum name of a witness or group; {@code none} where nobody has to
 */
public record TrustPolicy(
        List<NoteKey> logs,
        Map<String, NoteKey> witnesses,
        Map<String, String> urls,
        Map<String, Group> groups,
        String quorum) {
    /** Where nobody has to have cosigned. */
    public static final String NONE = "none";

    private static final int LOGS_MAX = 1_024;
    private static final int NAMES_MAX = 1_024;

    /**
     * Enough of its members make it.
     *
     * @param threshold how many
     * @param members names of witnesses and groups that stand before it
     */
    public record Group(int threshold, List<String> members) {}

    /** Makes one that nothing changes. */
    public TrustPolicy {
        logs = List.copyOf(logs);
        witnesses = Map.copyOf(witnesses);
        urls = Map.copyOf(urls);
        groups = Map.copyOf(groups);
    }

    /**
     * Reads the lines of a policy, comments and empty lines included.
     *
     * @param lines without their newlines
     * @throws LogException naming the line and what is wrong with it
     */
    public static TrustPolicy parse(List<String> lines) {
        Reader reader = new Reader();
        for (int i = 0; i < lines.size(); i++) {
            try {
                reader.line(lines.get(i));
            } catch (LogException e) {
                throw new LogException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return reader.done();
    }

    /** What stands in a line between spaces and tabs, which alone part them: other spaces of Unicode belong to what they stand in. */
    public static List<String> items(String line) {
        return Pattern.compile("[ \t]+")
                .splitAsStream(line)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /**
     * Whether enough witnesses have cosigned.
     *
     * @param cosigned names of witnesses whose cosignature verifies
     */
    public boolean quorumOf(Set<String> cosigned) {
        return quorum.equals(NONE) || counts(quorum, cosigned);
    }

    private boolean counts(String name, Set<String> cosigned) {
        Group group = groups.get(name);
        return group == null
                ? cosigned.contains(name)
                : group.members().stream()
                                .filter(member -> counts(member, cosigned))
                                .count()
                        >= group.threshold();
    }

    /** Line by line. */
    private static final class Reader {
        private final List<NoteKey> logs = new ArrayList<>();
        private final Map<String, NoteKey> witnesses = new LinkedHashMap<>();
        private final Map<String, String> urls = new LinkedHashMap<>();
        private final Map<String, Group> groups = new LinkedHashMap<>();
        private final Set<String> inGroups = new HashSet<>();
        private @Nullable String quorum;

        void line(String line) {
            require(
                    line.chars().noneMatch(c -> c != '\t' && (c < ' ' || c == 0x7f)),
                    "a policy has no control characters but tabs");
            List<String> items = items(line);
            if (items.isEmpty() || items.getFirst().startsWith("#")) {
                return;
            }
            switch (items.getFirst()) {
                case "log" -> log(items);
                case "witness" -> witness(items);
                case "group" -> group(items);
                case "quorum" -> {
                    require(items.size() == 2 && quorum == null, "a policy has one line 'quorum <name>'");
                    require(items.get(1).equals(NONE) || known(items.get(1)), "nobody is named " + items.get(1));
                    quorum = items.get(1);
                }
                default -> throw new LogException("no line of a policy begins with '" + items.getFirst() + "'");
            }
        }

        private void log(List<String> items) {
            require(items.size() == 2 || items.size() == 3, "a log is 'log <vkey> [<url>]'");
            NoteKey key = NoteKey.parse(items.get(1));
            require(logs.size() < LOGS_MAX, "a policy has at most " + LOGS_MAX + " logs");
            require(
                    key.type() == NoteKey.ED25519 || key.type() == NoteKey.MLDSA44,
                    "a log signs with a key of type 1 or 6, not " + key.type());
            require(logs.stream().noneMatch(other -> sameKey(other, key)), "this log's key is there already");
            logs.add(key);
        }

        private void witness(List<String> items) {
            require(items.size() == 3 || items.size() == 4, "a witness is 'witness <name> <vkey> [<url>]'");
            NoteKey key = NoteKey.parse(items.get(2));
            require(
                    key.type() == NoteKey.COSIGNATURE_ED25519 || key.type() == NoteKey.MLDSA44,
                    "a witness cosigns with a key of type 4 or 6, not " + key.type());
            require(
                    witnesses.values().stream().noneMatch(other -> sameKey(other, key)),
                    "this witness's key is there already");
            fresh(items.get(1));
            witnesses.put(items.get(1), key);
            if (items.size() == 4) {
                urls.put(items.get(1), items.get(3));
            }
        }

        private void group(List<String> items) {
            require(items.size() >= 4, "a group is 'group <name> all|any|<k> <name>...'");
            List<String> members = items.subList(3, items.size());
            for (String member : members) {
                require(known(member), "nobody is named " + member);
                require(inGroups.add(member), member + " is in a group already");
            }
            int threshold = switch (items.get(2)) {
                case "all" -> members.size();
                case "any" -> 1;
                default -> number(items.get(2));
            };
            require(
                    threshold >= 1 && threshold <= members.size(),
                    "of " + members.size() + " members " + items.get(2) + " cannot be asked for");
            fresh(items.get(1));
            groups.put(items.get(1), new Group(threshold, List.copyOf(members)));
        }

        private static int number(String text) {
            require(text.matches("[1-9][0-9]{0,3}"), "a group is 'group <name> all|any|<k> <name>...'");
            return Integer.parseInt(text);
        }

        private static boolean sameKey(NoteKey one, NoteKey other) {
            return java.util.Arrays.equals(one.raw(), other.raw());
        }

        private boolean known(String name) {
            return witnesses.containsKey(name) || groups.containsKey(name);
        }

        private void fresh(String name) {
            require(!name.equals(NONE) && !known(name), "the name " + name + " is taken");
            require(
                    witnesses.size() + groups.size() < NAMES_MAX,
                    "a policy has at most " + NAMES_MAX + " witnesses and groups");
        }

        TrustPolicy done() {
            String named = quorum;
            require(named != null, "a policy has one line 'quorum <name>'");
            return new TrustPolicy(logs, witnesses, urls, groups, java.util.Objects.requireNonNull(named));
        }
    }
}
