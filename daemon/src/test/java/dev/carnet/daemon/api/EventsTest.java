package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.config.RightsConfig;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.LocalRights;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.policy.RulePolicy;
import dev.carnet.daemon.transfer.PushRequest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events, over a real socket and by hand. */
@Timeout(30)
class EventsTest {
    @TempDir
    private Path temp;

    private final FakeTransfers transfers = new FakeTransfers();
    private final FakeFacts facts = new FakeFacts();
    private final Policy all = new RulePolicy(List.of(), LocalRights.of(RightsConfig.NONE, 0));
    private final Policy nobody = new RulePolicy(List.of(), LocalRights.none());
    private Events events = new Events(transfers, facts, new Gate(() -> all, RefusalSink.LOG));
    private LocalApi api;

    @AfterEach
    void stop() {
        events.close();
        if (api != null) {
            api.close();
        }
    }

    private String push(String principal) {
        return transfers
                .push(new PushRequest(principal, Caller.DAEMON, "/x", "b", "m", "n", false, 0, 0))
                .id();
    }

    /** A listener in memory: takes what it is given while it is ready. */
    private static final class Ear implements EventSink {
        final List<String> heard = new ArrayList<>();
        final AtomicBoolean ready = new AtomicBoolean(true);
        private volatile boolean ended;

        @Override
        public boolean open() {
            return !ended;
        }

        @Override
        public boolean ready() {
            return ready.get();
        }

        @Override
        public synchronized void send(byte[] text) {
            heard.add(new String(text, StandardCharsets.UTF_8));
        }

        @Override
        public synchronized void end(byte[] text) {
            send(text);
            ended = true;
        }

        synchronized long count(String words) {
            return heard.stream().filter(text -> text.contains(words)).count();
        }

        void await(String words) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (count(words) == 0) {
                assertThat(System.nanoTime())
                        .as("waiting for %s in %s", words, heard)
                        .isLessThan(deadline);
                Thread.sleep(5);
            }
        }
    }

    private Ear listen(String principal, Optional<String> transfer) {
        Ear ear = new Ear();
        events.listen(principal, transfer).stream().accept(ear);
        return ear;
    }

    @Test
    void what_is_under_way_is_told_and_then_what_changes() throws Exception {
        String id = push("local");
        Ear ear = listen("local", Optional.empty());
        ear.await("event: job\ndata: {\"id\":\"" + FakeJobs.ID);
        assertThat(ear.heard.getFirst())
                .startsWith("event: transfer\ndata: {\"id\":\"" + id)
                .endsWith("}\n\n");
        String second = push("local");
        ear.await(second);
        transfers.cancel(id);
        ear.await("\"ABORTED\"");
        facts.jobs().cancel(FakeJobs.ID);
        ear.await("\"cancelled\"");
        String third = push("local");
        ear.await(third);
        assertThat(ear.count(id)).as("told once, and its end").isEqualTo(2);
        assertThat(ear.count(second)).as("it did not change").isEqualTo(1);
        assertThat(ear.count(FakeJobs.ID)).isEqualTo(2);
    }

    @Test
    void one_transfer_alone_until_it_ends() throws Exception {
        String id = push("local");
        String other = push("local");
        Ear ear = listen("local", Optional.of(id));
        ear.await(id);
        transfers.cancel(id);
        ear.await("event: bye");
        assertThat(ear.heard.getLast()).contains("the transfer has ended");
        assertThat(ear.open()).isFalse();
        assertThat(ear.count(other) + ear.count("event: job")).isZero();
        Ear late = listen("local", Optional.of(id));
        late.await("event: bye");
        assertThat(late.count("\"ABORTED\"")).as("one that has ended before").isEqualTo(1);
    }

    @Test
    void without_admin_one_hears_of_ones_own_alone() throws Exception {
        events = new Events(transfers, facts, new Gate(() -> nobody, RefusalSink.LOG));
        String others = push("somebody");
        Ear ear = listen("me", Optional.empty());
        String own = push("me");
        ear.await(own);
        assertThat(ear.count(others) + ear.count("event: job")).isZero();
    }

    @Test
    void who_does_not_read_is_dropped_with_a_sentence_and_hears_nothing_meanwhile() throws Exception {
        events = new Events(transfers, facts, new Gate(() -> all, RefusalSink.LOG), TimeUnit.MILLISECONDS.toNanos(900));
        String id = push("local");
        Ear ear = listen("local", Optional.empty());
        ear.await(id);
        ear.ready.set(false);
        int heard = ear.heard.size();
        push("local");
        ear.await("connect again");
        assertThat(ear.heard).hasSize(heard + 1);
        assertThat(ear.open()).isFalse();
    }

    @Test
    void listeners_are_bounded_and_those_that_go_make_room() throws Exception {
        List<Ear> ears = new ArrayList<>();
        for (int i = 0; i < Events.LISTENERS_MAX; i++) {
            ears.add(listen(i % 2 == 0 ? "local" : "other", Optional.empty()));
            if (i == Events.LISTENERS_MAX - 2) {
                assertThatThrownBy(() -> listen("local", Optional.empty()))
                        .as("half of the places, and no more")
                        .hasMessageContaining("as 'local' already");
            }
        }
        assertThatThrownBy(() -> listen("third", Optional.empty()))
                .isInstanceOfSatisfying(
                        ApiRefusal.class, e -> assertThat(e.reply().status()).isEqualTo(503));
        ears.getFirst().end(new byte[0]);
        listen("local", Optional.empty()).await("event: job");
        events.close();
        assertThat(ears.getLast().heard.getLast()).contains("SHUTTING_DOWN");
    }

    @Test
    void over_the_socket_it_is_a_stream_that_the_stop_ends() throws Exception {
        String id = push("local");
        api = LocalApi.create(temp.resolve("api/d.sock"), transfers, facts);
        api.start();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(api.socket()));
            channel.write(ByteBuffer.wrap(
                    Raw.get("/v1/events?transfer=" + id.substring(0, 30)).getBytes(StandardCharsets.UTF_8)));
            var lines =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            List<String> read = new ArrayList<>();
            String line = lines.readLine();
            while (!line.startsWith("data: {\"id\":\"" + id)) {
                read.add(line);
                line = lines.readLine();
            }
            assertThat(read.getFirst()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(read)
                    .contains("content-type: text/event-stream", "transfer-encoding: chunked", "event: transfer");
            api.close();
            read.clear();
            while (line != null) {
                read.add(line);
                line = lines.readLine();
            }
            assertThat(read).contains("event: bye", "0");
        }
        try (Raw raw = new Raw(restarted())) {
            assertThat(raw.send(Raw.get("/v1/events?transfer=ffff")).answer().status())
                    .isEqualTo(404);
        }
    }

    private Path restarted() {
        api = LocalApi.create(temp.resolve("api/d.sock"), transfers, facts);
        api.start();
        return api.socket();
    }
}
