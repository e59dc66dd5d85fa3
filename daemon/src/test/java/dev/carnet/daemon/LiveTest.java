package dev.carnet.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.api.ReloadInfo;
import dev.carnet.daemon.config.Config;
import dev.carnet.daemon.config.Defaults;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration in force: replaced as a whole, or not at all. */
class LiveTest {
    private static final SpiffeId ID = SpiffeId.parse("spiffe://here.example/carnetd");
    private static final Caller SOMEBODY = new Caller(77, 77, List.of(), 1);

    @TempDir
    Path work;

    private final Identities identities = Identities.system();
    private Authority ca;
    private Path file;
    private Live live;

    @BeforeEach
    void start() throws Exception {
        ca = identities.makeAuthority("here.example", work.resolve("ca"));
        identities.issue(ca, ID, work.resolve("identity"));
        Files.createDirectories(work.resolve("v"));
        file = work.resolve("carnetd.toml");
        Files.writeString(file, config(""));
        live = new Live(
                InForce.load(Config.load(file), Clock.systemUTC().instant()), Defaults.SYSTEM, Clock.systemUTC());
    }

    private String config(String more) {
        return """
                [daemon]
                state = "state"
                socket = "run/s"
                [identity]
                certificate = "identity/%s"
                key = "identity/%s"
                trust = { "here.example" = "identity/%s" }
                [[volume]]
                name = "v"
                path = "v"
                """.formatted(Identities.CERTIFICATE, Identities.KEY, Identities.TRUST) + more;
    }

    private static String principal(int uid) {
        return "[[principal]]\nlabel = \"somebody\"\nuser = \"" + uid + "\"\n";
    }

    private void write(String more) throws IOException {
        Files.writeString(file, config(more));
    }

    @Test
    void what_was_read_first_is_in_force() {
        assertThat(live.now().identity().id()).isEqualTo(ID);
        assertThat(live.now().policy().principal(SOMEBODY)).isEmpty();
        assertThat(live.last().ok()).isTrue();
        assertThat(live.last().trigger()).isEqualTo("start");
        assertThat(live.broken()).isEmpty();
    }

    @Test
    void a_good_configuration_takes_the_place_of_the_old_one() throws Exception {
        InForce first = live.now();
        List<InForce> told = new ArrayList<>();
        live.subscribe((was, now) -> {
            assertThat(live.now()).as("in force before anybody is told").isSameAs(now);
            told.addAll(List.of(was, now));
        });
        write(principal(77));
        ReloadInfo info = live.reload("test");
        assertThat(info.ok()).isTrue();
        assertThat(info.trigger()).isEqualTo("test");
        assertThat(info.detail())
                .contains("the policy is " + live.now().policy().digest(), "local rights");
        assertThat(info.needsRestart()).isEmpty();
        assertThat(live.last()).isSameAs(info);
        assertThat(live.now().policy().principal(SOMEBODY)).contains("somebody");
        assertThat(told).containsExactly(first, live.now());
        assertThat(first.policy().principal(SOMEBODY))
                .as("what was read stays what it was")
                .isEmpty();
        assertThat(live.reload("again").detail())
                .startsWith("nothing changed since ")
                .contains("(test)", "the policy is");
    }

    @Test
    void a_broken_one_changes_nothing_and_is_remembered() throws Exception {
        write(principal(77));
        assertThat(live.reload("good").ok()).isTrue();
        InForce was = live.now();
        live.subscribe((a, b) -> {
            throw new AssertionError("told of what is not in force");
        });
        live.witness(
                next -> assertThat(next).as("only what is in force is shown").isSameAs(was));
        for (String wrong : List.of(
                principal(78) + "nonsense = 1\n", // one line of many
                principal(78) + "[[grant]]\nprincipal = \"somebody\"\nvolume = \"w\"\nallow = \"push\"\n",
                "[[")) {
            write(wrong);
            ReloadInfo info = live.reload("broken");
            assertThat(info.ok()).isFalse();
            assertThat(info.detail()).contains(file + ":");
            assertThat(live.now()).isSameAs(was);
            assertThat(live.broken()).hasValueSatisfying(why -> assertThat(why).contains("broken", info.detail()));
        }
        Files.delete(file);
        assertThat(live.reload("gone").ok()).isFalse();
        assertThat(live.now()).isSameAs(was);
    }

    @Test
    void what_is_mended_is_not_broken_any_more() throws Exception {
        write("[[");
        assertThat(live.reload("broken").ok()).isFalse();
        assertThat(live.broken()).isPresent();
        write(principal(77));
        assertThat(live.reload("mended").ok()).isTrue();
        assertThat(live.broken()).isEmpty();
        assertThat(live.now().policy().principal(SOMEBODY)).contains("somebody");
    }

    @Test
    void what_needs_a_restart_stays_and_the_rest_is_taken() throws Exception {
        Files.createDirectories(work.resolve("w"));
        Files.writeString(
                file,
                config(principal(77) + "[[volume]]\nname = \"w\"\npath = \"w\"\n")
                        .replace("state = \"state\"", "state = \"other\""));
        ReloadInfo info = live.reload("test");
        assertThat(info.ok()).isTrue();
        assertThat(info.needsRestart()).contains("daemon.state", "volume w").doesNotContain("daemon.socket");
        assertThat(live.now().config().daemon().state()).isEqualTo(work.resolve("state"));
        assertThat(live.now().config().volumes()).hasSize(1);
        assertThat(live.now().policy().principal(SOMEBODY)).contains("somebody");
    }

    @Test
    void another_id_is_another_daemon() throws Exception {
        InForce was = live.now();
        identities.issue(ca, SpiffeId.parse("spiffe://here.example/another"), work.resolve("another"));
        Files.writeString(
                file,
                config("")
                        .replace("identity/" + Identities.CERTIFICATE, "another/" + Identities.CERTIFICATE)
                        .replace("identity/" + Identities.KEY, "another/" + Identities.KEY));
        ReloadInfo info = live.reload("test");
        assertThat(info.ok()).isFalse();
        assertThat(info.detail()).contains("spiffe://here.example/another", "this daemon is " + ID.uri());
        assertThat(live.now()).isSameAs(was);
    }

    @Test
    void files_are_read_again_without_the_configuration() throws Exception {
        InForce was = live.now();
        identities.issue(ca, ID, work.resolve("renewed"));
        write("[[");
        put("renewed", Identities.KEY);
        assertThat(live.refreshes("half")).as("a key without its certificate").isFalse();
        assertThat(live.now()).isSameAs(was);
        assertThat(live.broken()).as("not worth a word yet").isEmpty();
        assertThat(live.refresh("half").ok()).isFalse();
        assertThat(live.broken()).isPresent();
        put("renewed", Identities.CERTIFICATE);
        assertThat(live.refreshes("whole")).isTrue();
        assertThat(live.broken()).isEmpty();
        assertThat(live.last().detail()).contains("the certificate ends");
        assertThat(live.now().identity().chain()).isNotEqualTo(was.identity().chain());
        assertThat(live.now().config()).as("as it was read").isSameAs(was.config());
    }

    private void put(String folder, String name) throws IOException {
        Files.copy(
                work.resolve(folder).resolve(name),
                work.resolve("identity").resolve(name),
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void a_witness_sees_a_change_before_it_is_in_force_and_can_keep_it_out() throws Exception {
        InForce first = live.now();
        List<String> seen = new ArrayList<>();
        boolean[] holds = {false};
        live.witness(next -> {
            seen.add(next.policy().digest());
            assertThat(live.now()).as("still the old one").isSameAs(first);
            if (holds[0]) {
                throw new IllegalStateException("no room on the record");
            }
        });
        assertThat(seen)
                .as("shown what is in force at once")
                .containsExactly(first.policy().digest());
        live.subscribe((was, now) -> seen.add("told"));
        holds[0] = true;
        write(principal(77));
        assertThatThrownBy(() -> live.reload("test")).hasMessage("no room on the record");
        assertThat(live.now()).isSameAs(first);
        assertThat(seen).hasSize(2).doesNotContain("told");
        holds[0] = false;
        assertThat(live.reload("test").ok()).isTrue();
        assertThat(seen)
                .containsExactly(
                        first.policy().digest(),
                        live.now().policy().digest(),
                        live.now().policy().digest(),
                        "told");
    }

    @Test
    void one_room_that_fails_does_not_keep_the_others_from_hearing() throws Exception {
        List<String> told = new ArrayList<>();
        live.subscribe((was, now) -> {
            throw new IllegalStateException("a bug");
        });
        live.subscribe((was, now) -> told.add(now.policy().principal(SOMEBODY).orElse("")));
        write(principal(77));
        assertThat(live.reload("test").ok()).isTrue();
        assertThat(told).containsExactly("somebody");
    }

    /** Whoever subscribed sees a chain: what was in force is what it was told of last. */
    @Test
    void changes_come_one_after_the_other() throws Exception {
        List<InForce> chain = new ArrayList<>(List.of(live.now()));
        live.subscribe((was, now) -> {
            assertThat(was).isSameAs(chain.getLast());
            chain.add(now);
        });
        List<Thread> threads = new ArrayList<>();
        var begin = new CountDownLatch(1);
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    begin.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                for (int n = 0; n < 5; n++) {
                    assertThat(live.reload("many").ok()).isTrue();
                }
            }));
        }
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(chain).hasSize(1 + 8 * 5).doesNotHaveDuplicates();
        assertThat(live.now()).isSameAs(chain.getLast());
    }
}
