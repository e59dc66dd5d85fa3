package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.proto.ledger.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two sites whose sender runs as root and may read everything, and local callers of other users, who may not. It has the volumes {@code out} and {@code secret}; its principals are {@link #OWNER} and
 * {@link #TRAINER}. Needs root, {@code setpriv}, {@code curl} and {@code python3}; without them tests are skipped, and say so.
 */
final class RightsSite implements AutoCloseable {
    /** None of these numbers is in the system's user database. */
    static final int TRAINER_UID = 51_001;

    static final int STRANGER_UID = 51_002;
    static final int GROUP = 51_003;

    /** May do everything. */
    static final Who OWNER = new Who("", "owner");

    /** May push from {@code out}. */
    static final Who TRAINER = Who.of(TRAINER_UID, "training");

    /** Nobody's principal. */
    static final Who STRANGER = Who.of(STRANGER_UID, "uid " + STRANGER_UID);

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A local caller.
     *
     * @param prefix of a command that shall run as this user; ends with a space where there is one
     * @param label by which refusals are recorded
     */
    record Who(String prefix, String label) {
        static Who of(int uid, String label) {
            return new Who(prefix(uid, "--clear-groups"), label);
        }

        Who withGroup(int group) {
            return new Who(prefix(TRAINER_UID, "--groups " + group), label);
        }

        /** In another mount namespace, where {@code there} is seen as {@code as}. */
        Who where(Path there, Path as) {
            return new Who(
                    "unshare -m --propagation private sh -c 'mount --bind " + there + " " + as + " && exec \"$@\"' sh "
                            + prefix,
                    label);
        }

        private static String prefix(int uid, String groups) {
            return "setpriv --reuid=" + uid + " --regid=" + uid + " " + groups + " ";
        }
    }

    final TwoSites sites;
    final Path socket;
    private final Path work;
    private final Map<String, Long> refused = new TreeMap<>();

    RightsSite(Path work) {
        this.work = work;
        for (String tool : new String[] {"setpriv", "curl", "python3"}) {
            assumeTrue(Shell.can(work, "command -v " + tool), "skipped: " + tool + " is not installed");
        }
        try {
            assumeTrue(
                    Integer.valueOf(0).equals(Files.getAttribute(work, "unix:uid")),
                    "skipped: only root can be others");
            sites = new TwoSites(work.resolve("s"), "");
            Files.createDirectories(secret());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sites.append(
                "sender",
                "[[volume]]\nname = \"secret\"\npath = \"" + secret() + "\"\n"
                        + "[[principal]]\nlabel = \"owner\"\nuser = \"0\"\n"
                        + "[[principal]]\nlabel = \"training\"\nuser = \"" + TRAINER_UID + "\"\n"
                        + "[[grant]]\nname = \"all\"\nprincipal = \"owner\"\nvolume = [\"out\", \"secret\"]\nallow = [\"push\", \"pull\", \"admin\"]\n"
                        + "[[grant]]\nname = \"training-out\"\nprincipal = \"training\"\nvolume = \"out\"\nallow = \"push\"\n"
                        + "[[policy]]\nname = \"secret\"\npeer = \"receiver\"\nvolume = \"secret\"\nallow = [\"push-to\", \"pull-from\"]\n");
        socket = sites.socket("sender");
    }

    RightsSite start() {
        sites.startBoth();
        var _ = Shell.run(
                work,
                "chmod a+rx . s s/out secret; chmod a+rx " + socket.getParent() + " "
                        + socket.getParent().getParent() + "; chmod a+rw " + socket);
        return this;
    }

    Path secret() {
        return work.resolve("secret");
    }

    /** Whether the kernel lets a user do that. */
    boolean can(Who who, String command) {
        return Shell.can(work, who.prefix() + command);
    }

    JsonNode ask(Who who, String method, String path, String body) {
        String out = Shell.run(
                work,
                who.prefix() + "curl -s --max-time 20 --unix-socket " + socket + " -X " + method
                        + (body.isEmpty() ? "" : " -H 'Content-Type: application/json' -d '" + body + "'")
                        + " http://localhost" + path);
        return json(out);
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    static String pushBody(Object source, String name, boolean dereference) {
        return "{\"source\":\"" + source + "\",\"peer\":\"receiver\",\"volume\":\"in\",\"name\":\"" + name + "\""
                + (dereference ? ",\"dereference\":true" : "") + "}";
    }

    JsonNode push(Who who, Object source, String name) {
        return ask(who, "POST", "/v1/transfers", pushBody(source, name, false));
    }

    /** A directory of the volume {@code out} with a file {@code f}; the script runs in it. */
    Path made(String name, String script) {
        var _ = Shell.run(sites.out(), "mkdir " + name + "; cd " + name + "; printf weights > f; " + script);
        return sites.out().resolve(name);
    }

    void assertRefused(Who who, JsonNode answer, int status, String code, String... words) {
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.path("code").asText()).isEqualTo(code);
        assertThat(answer.path("detail").asText()).contains(words);
        refused(who, code);
    }

    /** One more that has to be on record in the end. */
    void refused(Who who, String code) {
        refused.merge(who.label() + " " + code, 1L, Long::sum);
    }

    void assertClosed(JsonNode answer) {
        assertThat(answer.path("id").asText()).as(answer.toString()).hasSize(32);
        assertThat(sites.awaitEnd(sites.sender(), answer.get("id").asText()).state())
                .isEqualTo("CLOSED");
    }

    /** Every refusal that a test has seen is in the sender's journal, each counted once, and no other. The sender is stopped. */
    void assertOnRecord() {
        assertThat(sites.sender().stop()).isNotNegative();
        Map<String, Long> recorded = new TreeMap<>();
        for (Refusal refusal : Journals.read(sites.folder("sender").resolve("state"), Refusal.class)) {
            recorded.merge(
                    refusal.principal().orElse(refusal.peer().orElse("")) + " " + refusal.code(),
                    refusal.count(),
                    Long::sum);
            assertThat(refusal.reason()).as("no path of this machine").doesNotContain(work.toString());
        }
        assertThat(recorded).as("refusals in the journal").isEqualTo(refused);
    }

    @Override
    public void close() {
        sites.close();
    }
}
