package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon that may read everything, and callers of other users who may not. Each test first proves that the kernel refuses that user. Needs root, {@code setpriv}, {@code curl} and {@code python3}; without them it is
 * skipped, and says so.
 */
@Timeout(120)
class LocalRightsTest {
    private static final int TRAINER = 51_001;
    private static final int STRANGER = 51_002;
    private static final int GROUP = 51_003;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path work;

    private static TwoSites sites;
    private static Path socket;

    @BeforeAll
    static void start() throws Exception {
        for (String tool : new String[] {"setpriv", "curl", "python3"}) {
            assumeTrue(Shell.can(work, "command -v " + tool), "skipped: " + tool + " is not installed");
        }
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(work, "unix:uid")), "skipped: only root can be others");
        sites = new TwoSites(work.resolve("s"), "");
        Files.createDirectories(work.resolve("secret"));
        sites.append(
                "sender",
                "[[volume]]\nname = \"secret\"\npath = \"" + work.resolve("secret") + "\"\n"
                        + "[[principal]]\nlabel = \"owner\"\nuser = \"0\"\n"
                        + "[[principal]]\nlabel = \"training\"\nuser = \"" + TRAINER + "\"\n"
                        + "[[grant]]\nname = \"all\"\nprincipal = \"owner\"\nvolume = [\"out\", \"secret\"]\nallow = [\"push\", \"admin\"]\n"
                        + "[[grant]]\nname = \"training-out\"\nprincipal = \"training\"\nvolume = \"out\"\nallow = \"push\"\n"
                        + "[[policy]]\nname = \"secret\"\npeer = \"receiver\"\nvolume = \"secret\"\nallow = [\"push-to\"]\n");
        sites.startBoth();
        socket = sites.socket("sender");
        var _ = Shell.run(
                work,
                "chmod a+rx . s s/out secret; chmod a+rx " + socket.getParent() + " "
                        + socket.getParent().getParent() + "; chmod a+rw " + socket);
    }

    @AfterAll
    static void stop() {
        if (sites != null) {
            sites.close();
        }
    }

    private static String as(int uid, String groups, String command) {
        return "setpriv --reuid=" + uid + " --regid=" + uid + " " + groups + " " + command;
    }

    private static String as(int uid, String command) {
        return as(uid, "--clear-groups", command);
    }

    private static JsonNode ask(String who, String method, String path, String body) throws Exception {
        String out = Shell.run(
                work,
                who + "curl -s --max-time 20 --unix-socket " + socket + " -X " + method
                        + (body.isEmpty() ? "" : " -H 'Content-Type: application/json' -d '" + body + "'")
                        + " http://localhost" + path);
        return JSON.readTree(out);
    }

    private static JsonNode push(String who, Path source, String name) throws Exception {
        return ask(
                who,
                "POST",
                "/v1/transfers",
                "{\"source\":\"" + source + "\",\"peer\":\"receiver\",\"volume\":\"in\",\"name\":\"" + name + "\"}");
    }

    private static Path made(String name, String script) {
        var _ = Shell.run(sites.out(), "mkdir " + name + "; cd " + name + "; printf weights > f; " + script);
        return sites.out().resolve(name);
    }

    private static void assertRefused(JsonNode answer, int status, String code, String... words) {
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.path("code").asText()).isEqualTo(code);
        assertThat(answer.path("detail").asText()).contains(words);
        assertThat(sites.sender().log()).as("the refusal is told").contains("refused " + code);
    }

    private static void assertClosed(JsonNode answer) {
        assertThat(answer.path("id").asText()).as(answer.toString()).hasSize(32);
        assertThat(sites.awaitEnd(sites.sender(), answer.get("id").asText()).state())
                .isEqualTo("CLOSED");
    }

    @Test
    void what_a_caller_may_read_it_may_push_and_the_record_says_who_asked() throws Exception {
        Path source = made("open", "chmod 755 .; chmod 644 f");
        JsonNode answer = push(as(TRAINER, ""), source, "open");
        assertThat(answer.path("principal").asText()).isEqualTo("training");
        assertClosed(answer);
    }

    @Test
    void a_file_that_the_caller_may_not_read() throws Exception {
        Path source = made("closed", "chmod 755 .; chmod 600 f");
        assertThat(Shell.can(work, as(TRAINER, "cat " + source + "/f"))).isFalse();
        assertRefused(push(as(TRAINER, ""), source, "closed"), 403, "POLICY", source + "/f", "uid " + TRAINER);
        assertClosed(push("", source, "closed")); // its owner may
    }

    @Test
    void a_directory_on_the_way_that_the_caller_may_not_search() throws Exception {
        Path source = made("way", "chmod 700 .; mkdir below; printf x > below/g; chmod 755 below; chmod 644 below/g");
        assertThat(Shell.can(work, as(TRAINER, "cat " + source + "/below/g"))).isFalse();
        assertRefused(push(as(TRAINER, ""), source.resolve("below"), "way"), 403, "POLICY", "cannot be searched");
    }

    @Test
    void a_directory_that_the_caller_may_not_list() throws Exception {
        Path source = made("unlisted", "chmod 711 .; chmod 644 f");
        assertThat(Shell.can(work, as(TRAINER, "ls " + source))).isFalse();
        assertRefused(push(as(TRAINER, ""), source, "unlisted"), 403, "POLICY", source.toString());
    }

    @Test
    void a_supplementary_group_counts() throws Exception {
        Path source = made("group", "chgrp " + GROUP + " . f; chmod 750 .; chmod 640 f");
        String member = as(TRAINER, "--groups " + GROUP, "");
        assertThat(Shell.can(work, as(TRAINER, "cat " + source + "/f"))).isFalse();
        assertThat(Shell.can(work, member + "cat " + source + "/f")).isTrue();
        assertRefused(push(as(TRAINER, ""), source, "group"), 403, "POLICY", "group " + GROUP);
        assertClosed(push(member, source, "group"));
    }

    @Test
    void an_acl_denies_and_an_acl_allows() throws Exception {
        // struct posix_acl_xattr: version 2; then tag, permissions, id: owner, a user, group, mask, others
        String acl = "import os,struct,sys\n"
                + "e=lambda t,p,i=0xffffffff: struct.pack(\"<HHI\",t,p,i)\n"
                + "os.setxattr(sys.argv[1],\"system.posix_acl_access\",struct.pack(\"<I\",2)+e(1,6)+e(2,int(sys.argv[2]),"
                + TRAINER
                + ")+e(4,4)+e(16,4)+e(32,int(sys.argv[3])))\n";
        Files.writeString(work.resolve("acl.py"), acl);
        Path denied = made("denied", "chmod 755 .; chmod 644 f; python3 " + work + "/acl.py f 0 4");
        assertThat(Shell.can(work, as(TRAINER, "cat " + denied + "/f"))).isFalse();
        assertRefused(push(as(TRAINER, ""), denied, "denied"), 403, "POLICY", denied + "/f");
        Path allowed = made("allowed", "chmod 755 .; chmod 600 f; python3 " + work + "/acl.py f 4 0");
        assertThat(Shell.can(work, as(TRAINER, "cat " + allowed + "/f"))).isTrue();
        assertClosed(push(as(TRAINER, ""), allowed, "allowed"));
    }

    @Test
    void a_volume_without_a_grant_and_a_path_in_none() throws Exception {
        var _ = Shell.run(work.resolve("secret"), "mkdir -p m; printf x > m/f; chmod -R a+rX .");
        assertRefused(
                push(as(TRAINER, ""), work.resolve("secret/m"), "s"),
                403,
                "POLICY",
                "'training'",
                "'secret'",
                "[[grant]]");
        assertRefused(push(as(TRAINER, ""), Path.of("/etc/hostname"), "h"), 422, "BAD_SOURCE", "no declared volume");
    }

    @Test
    void a_caller_that_is_nobody() throws Exception {
        Path source = made("stranger", "chmod 755 .; chmod 644 f");
        assertRefused(push(as(STRANGER, ""), source, "x"), 403, "POLICY", "[[principal]]", "uid " + STRANGER);
        assertRefused(ask(as(STRANGER, ""), "GET", "/v1/transfers", ""), 403, "POLICY", "uid " + STRANGER);
    }

    @Test
    void what_others_started_is_theirs() throws Exception {
        Path source = made("owners", "chmod 755 .; chmod 644 f");
        String id = push("", source, "owners").path("id").asText();
        assertRefused(
                ask(as(TRAINER, ""), "POST", "/v1/transfers/" + id + "/cancel", ""),
                403,
                "POLICY",
                "'training'",
                "admin");
        assertThat(ask(as(TRAINER, ""), "GET", "/v1/transfers", "").path("transfers"))
                .allMatch(view -> view.path("principal").asText().equals("training"));
        assertRefused(ask(as(TRAINER, ""), "POST", "/v1/reload", ""), 403, "POLICY", "admin");
        assertThat(sites.awaitEnd(sites.sender(), id).state()).isEqualTo("CLOSED");
    }

    @Test
    void a_refused_peer_loses_its_session_within_a_second_of_the_reload_and_gets_it_back() throws Exception {
        String config = sites.configText("receiver");
        sites.write("receiver", config + "[revocation]\nrefused-ids = [\"" + TwoSites.SENDER + "\"]\n");
        awaitUp(true);
        long begun = System.nanoTime();
        var _ = Shell.run(work, "kill -HUP " + sites.receiver().pid());
        awaitUp(false);
        assertThat(System.nanoTime() - begun).isLessThan(2_000_000_000L);
        assertThat(sites.receiver().client().peers().getFirst().whyNot())
                .hasValueSatisfying(why -> assertThat(why).contains("is refused by this daemon's configuration"));
        sites.write("receiver", config);
        var _ = Shell.run(work, "kill -HUP " + sites.receiver().pid());
        awaitUp(true);
    }

    private static void awaitUp(boolean up) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (sites.receiver().client().peers().getFirst().up() != up) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
