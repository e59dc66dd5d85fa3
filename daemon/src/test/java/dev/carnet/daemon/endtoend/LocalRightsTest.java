package dev.carnet.daemon.endtoend;

import static dev.carnet.daemon.endtoend.RightsSite.GROUP;
import static dev.carnet.daemon.endtoend.RightsSite.OWNER;
import static dev.carnet.daemon.endtoend.RightsSite.STRANGER;
import static dev.carnet.daemon.endtoend.RightsSite.STRANGER_UID;
import static dev.carnet.daemon.endtoend.RightsSite.TRAINER;
import static dev.carnet.daemon.endtoend.RightsSite.TRAINER_UID;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that may read everything, and callers of other users who may not. Each test first proves that the kernel refuses that user; in the end every refusal has to be on record. */
@Timeout(120)
class LocalRightsTest {
    @TempDir
    static Path work;

    private static RightsSite site;

    @BeforeAll
    static void start() {
        site = new RightsSite(work).start();
    }

    @AfterAll
    static void every_refusal_is_on_record() {
        if (site != null) {
            try (RightsSite ended = site) {
                ended.assertOnRecord();
            }
        }
    }

    @Test
    void what_a_caller_may_read_it_may_push_and_the_record_says_who_asked() {
        Path source = site.made("open", "chmod 755 .; chmod 644 f");
        JsonNode answer = site.push(TRAINER, source, "open");
        assertThat(answer.path("principal").asText()).isEqualTo("training");
        site.assertClosed(answer);
    }

    @Test
    void a_file_that_the_caller_may_not_read() throws Exception {
        Path source = site.made("closed", "chmod 755 .; chmod 600 f");
        assertThat(site.can(TRAINER, "cat " + source + "/f")).isFalse();
        try (Touches touches = Touches.of(source.resolve("f"))) {
            site.assertRefused(
                    TRAINER, site.push(TRAINER, source, "closed"), 403, "POLICY", source + "/f", "uid " + TRAINER_UID);
            touches.assertNone();
        }
        site.assertClosed(site.push(OWNER, source, "closed")); // its owner may
    }

    @Test
    void a_directory_on_the_way_that_the_caller_may_not_search() throws Exception {
        Path source =
                site.made("way", "chmod 700 .; mkdir below; printf x > below/g; chmod 755 below; chmod 644 below/g");
        assertThat(site.can(TRAINER, "cat " + source + "/below/g")).isFalse();
        try (Touches touches = Touches.of(source.resolve("below/g"))) {
            site.assertRefused(
                    TRAINER, site.push(TRAINER, source.resolve("below"), "way"), 403, "POLICY", "cannot be searched");
            touches.assertNone();
        }
    }

    @Test
    void a_directory_that_the_caller_may_not_list() {
        Path source = site.made("unlisted", "chmod 711 .; chmod 644 f");
        assertThat(site.can(TRAINER, "ls " + source)).isFalse();
        site.assertRefused(TRAINER, site.push(TRAINER, source, "unlisted"), 403, "POLICY", source.toString());
    }

    @Test
    void a_supplementary_group_counts() {
        Path source = site.made("group", "chgrp " + GROUP + " . f; chmod 750 .; chmod 640 f");
        var member = TRAINER.withGroup(GROUP);
        assertThat(site.can(TRAINER, "cat " + source + "/f")).isFalse();
        assertThat(site.can(member, "cat " + source + "/f")).isTrue();
        site.assertRefused(TRAINER, site.push(TRAINER, source, "group"), 403, "POLICY", "group " + GROUP);
        site.assertClosed(site.push(member, source, "group"));
    }

    @Test
    void an_acl_denies_and_an_acl_allows() throws Exception {
        // struct posix_acl_xattr: version 2; then tag, permissions, id: owner, a user, group, mask, others
        String acl = "import os,struct,sys\n"
                + "e=lambda t,p,i=0xffffffff: struct.pack(\"<HHI\",t,p,i)\n"
                + "os.setxattr(sys.argv[1],\"system.posix_acl_access\",struct.pack(\"<I\",2)+e(1,6)+e(2,int(sys.argv[2]),"
                + TRAINER_UID
                + ")+e(4,4)+e(16,4)+e(32,int(sys.argv[3])))\n";
        Files.writeString(work.resolve("acl.py"), acl);
        Path denied = site.made("denied", "chmod 755 .; chmod 644 f; python3 " + work + "/acl.py f 0 4");
        assertThat(site.can(TRAINER, "cat " + denied + "/f")).isFalse();
        site.assertRefused(TRAINER, site.push(TRAINER, denied, "denied"), 403, "POLICY", denied + "/f");
        Path allowed = site.made("allowed", "chmod 755 .; chmod 600 f; python3 " + work + "/acl.py f 4 0");
        assertThat(site.can(TRAINER, "cat " + allowed + "/f")).isTrue();
        site.assertClosed(site.push(TRAINER, allowed, "allowed"));
    }

    @Test
    void a_principal_without_the_right() throws Exception {
        var _ = Shell.run(site.secret(), "mkdir -p m; printf x > m/f; chmod -R a+rX .");
        Path m = site.secret().resolve("m");
        assertThat(site.can(TRAINER, "cat " + m + "/f"))
                .as("it may read; no grant lets it push")
                .isTrue();
        try (Touches touches = Touches.of(m.resolve("f"))) {
            site.assertRefused(
                    TRAINER, site.push(TRAINER, m, "s"), 403, "POLICY", "'training'", "'secret'", "[[grant]]");
            site.assertRefused(
                    TRAINER,
                    site.ask(TRAINER, "POST", "/v1/seals", "{\"path\":\"" + m + "\"}"),
                    403,
                    "POLICY",
                    "'training'",
                    "'secret'");
            touches.assertNone();
        }
        site.assertRefused(
                TRAINER,
                site.ask(
                        TRAINER,
                        "POST",
                        "/v1/pulls",
                        "{\"peer\":\"receiver\",\"volume\":\"in\",\"name\":\"x\",\"toVolume\":\"out\",\"toName\":\"x\"}"),
                403,
                "POLICY",
                "'training'",
                "pull",
                "[[grant]]");
        site.assertRefused(
                TRAINER, site.ask(TRAINER, "GET", "/v1/checkpoints?volume=secret", ""), 403, "POLICY", "'secret'");
        site.assertRefused(TRAINER, site.ask(TRAINER, "GET", "/v1/doctor", ""), 403, "POLICY", "admin");
    }

    @Test
    void a_path_outside_every_volume() throws Exception {
        Path outside = work.resolve("outside");
        var _ = Shell.run(work, "mkdir outside; printf x > outside/f; chmod 755 outside; chmod 644 outside/f");
        assertThat(site.can(TRAINER, "cat " + outside + "/f")).as("it may read").isTrue();
        try (Touches touches = Touches.of(outside.resolve("f"))) {
            for (var who : List.of(TRAINER, OWNER)) {
                site.assertRefused(who, site.push(who, outside, "h"), 422, "BAD_SOURCE", "no declared volume");
            }
            touches.assertNone();
        }
    }

    @Test
    void a_caller_that_is_nobody() throws Exception {
        Path source = site.made("stranger", "chmod 755 .; chmod 644 f");
        assertThat(site.can(STRANGER, "cat " + source + "/f")).as("it may read").isTrue();
        try (Touches touches = Touches.of(source.resolve("f"))) {
            site.assertRefused(
                    STRANGER, site.push(STRANGER, source, "x"), 403, "POLICY", "[[principal]]", "uid " + STRANGER_UID);
            touches.assertNone();
        }
        site.assertRefused(
                STRANGER, site.ask(STRANGER, "GET", "/v1/transfers", ""), 403, "POLICY", "uid " + STRANGER_UID);
        site.assertRefused(STRANGER, site.ask(STRANGER, "GET", "/v1/daemon", ""), 403, "POLICY", "uid " + STRANGER_UID);
    }

    /** The kernel has more users than the user database; the largest numbers are negative for Java. */
    @Test
    void users_whom_the_user_database_does_not_know() {
        for (String uid : List.of(String.valueOf(TRAINER_UID), String.valueOf(STRANGER_UID), "4294967290")) {
            assertThat(Shell.can(work, "getent passwd " + uid)).isFalse();
        }
        String answer = site.ask(TRAINER, "GET", "/v1/transfers", "").toString();
        assertThat(answer).as("a principal").contains("\"transfers\"");
        var far = new RightsSite.Who("setpriv --reuid=4294967290 --regid=4294967290 --clear-groups ", "uid 4294967290");
        site.assertRefused(
                far,
                site.ask(far, "GET", "/v1/transfers", ""),
                403,
                "POLICY",
                "uid 4294967290",
                "user = \"4294967290\"");
    }

    @Test
    void what_others_started_is_theirs() {
        Path source = site.made("owners", "chmod 755 .; chmod 644 f");
        String id = site.push(OWNER, source, "owners").path("id").asText();
        site.assertRefused(
                TRAINER,
                site.ask(TRAINER, "POST", "/v1/transfers/" + id + "/cancel", ""),
                403,
                "POLICY",
                "'training'",
                "admin");
        assertThat(site.ask(TRAINER, "GET", "/v1/transfers", "").path("transfers"))
                .allMatch(view -> view.path("principal").asText().equals("training"));
        site.assertRefused(TRAINER, site.ask(TRAINER, "POST", "/v1/reload", ""), 403, "POLICY", "admin");
        assertThat(site.sites.awaitEnd(site.sites.sender(), id).state()).isEqualTo("CLOSED");
    }

    @Test
    void a_refused_peer_loses_its_session_within_a_second_of_the_reload_and_gets_it_back() throws Exception {
        String config = site.sites.configText("receiver");
        site.sites.write("receiver", config + "[revocation]\nrefused-ids = [\"" + TwoSites.SENDER + "\"]\n");
        awaitUp(true);
        long begun = System.nanoTime();
        var _ = Shell.run(work, "kill -HUP " + site.sites.receiver().pid());
        awaitUp(false);
        assertThat(System.nanoTime() - begun).isLessThan(2_000_000_000L);
        assertThat(site.sites.receiver().client().peers().getFirst().whyNot())
                .hasValueSatisfying(why -> assertThat(why).contains("is refused by this daemon's configuration"));
        site.sites.write("receiver", config);
        var _ = Shell.run(work, "kill -HUP " + site.sites.receiver().pid());
        awaitUp(true);
    }

    private static void awaitUp(boolean up) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (site.sites.receiver().client().peers().getFirst().up() != up) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
