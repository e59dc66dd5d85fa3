package dev.carnet.daemon.transport;

import dev.carnet.daemon.transport.Messages.Reason;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ledger over HTTP/1.1. One request at a time; while it is answered nothing is read. A clock runs whenever the client has to do something. Whether the client may is asked at each request.
 */
final class HttpConversation implements Conversation {
    /** Requests of one connection; the answer to the last one says that it closes. */
    static final int REQUESTS_MAX = 10_000;

    private final Hub hub;
    private final Established established;
    private final HttpIntake intake = new HttpIntake();

    private @Nullable TlsLink link;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable ScheduledFuture<?> expiry;
    private @Nullable FilePump pump;
    private int requests;
    private boolean bare; // the request at hand is HEAD: no body is sent
    private boolean busy;
    private boolean over;

    HttpConversation(Hub hub, Established established) {
        this.hub = hub;
        this.established = established;
    }

    private String client() {
        return established.facts().spiffeId();
    }

    @Override
    public void begin(TlsLink begun) {
        link = begun;
        Duration life = Duration.between(hub.clock().instant(), established.until());
        expiry = begun.loop()
                .schedule(() -> begun.close("a certificate has ended"), life.toMillis(), TimeUnit.MILLISECONDS);
        if (!hub.http().enter(this, client(), hub.listed(client()))) {
            refuse(503, "too many connections; close some, or try again later");
            return;
        }
        awaitRequest();
    }

    private void awaitRequest() {
        arm(hub.timeouts().join(), () -> {
            if (intake.begun()) {
                refuse(
                        408,
                        "a request has to arrive within "
                                + hub.timeouts().join().toSeconds() + " s");
            } else {
                link().close("no request came");
            }
        });
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
        if (over) {
            return;
        }
        intake.add(bytes, offset, length);
        proceed();
    }

    private void proceed() {
        if (busy || over) {
            return;
        }
        try {
            Optional<HttpHead> head = intake.head();
            if (head.isPresent() && admitted(head.get())) {
                answer(head.get());
            }
        } catch (HttpFault e) {
            refuse(e.status(), String.valueOf(e.getMessage()));
        }
    }

    /** Refuses what is not for this client, or not at all. */
    private boolean admitted(HttpHead head) {
        bare = head.method().equals("HEAD");
        Optional<Reason> against = hub.againstHttp(established);
        if (against.isPresent()) {
            hub.refused(client(), against.get().code(), against.get().sentence());
            refuse(403, against.get().sentence());
        } else if (!bare && !head.method().equals("GET")) {
            refuse(405, "the ledger is read with GET and HEAD");
        } else if (head.bodyBytes() > 0) {
            refuse(413, "a request for a file has no body");
        } else {
            return true;
        }
        return false;
    }

    private void answer(HttpHead head) {
        busy = true;
        link().hold();
        disarm();
        requests++;
        open(head.target(), head.keepAlive() && requests < REQUESTS_MAX);
    }

    private void open(String target, boolean keepAlive) {
        try {
            hub.disk().execute(() -> {
                Optional<StaticFile> file;
                String failure;
                try {
                    file = hub.files().open(target);
                    failure = null;
                } catch (IOException | RuntimeException e) {
                    file = Optional.empty();
                    failure = String.valueOf(e);
                }
                Opened opened = new Opened(target, keepAlive, file, failure);
                if (!Loops.execute(link().loop(), () -> opened(opened))) {
                    opened.discard();
                }
            });
        } catch (RejectedExecutionException e) {
            refuse(503, "this daemon shuts down");
        }
    }

    /** What was found on disk. */
    private record Opened(
            String target,
            boolean keepAlive,
            Optional<StaticFile> file,
            @Nullable String failure) {
        void discard() {
            file.ifPresent(open -> {
                try {
                    open.close();
                } catch (IOException e) {
                    // It was not even read.
                }
            });
        }
    }

    private void opened(Opened opened) {
        if (over) {
            hub.disk().execute(opened::discard);
        } else if (opened.failure() != null) {
            hub.log().error("{} asked for {}: {}", client(), opened.target(), opened.failure());
            refuse(500, "the file cannot be read; the daemon's log says why");
        } else if (opened.file().isEmpty()) {
            String sentence = "there is no such file in the ledger";
            send(
                    HttpAnswer.error(
                            404, sentence, bare, opened.keepAlive(), hub.clock().instant()),
                    () -> done(opened.keepAlive()));
        } else {
            send(opened, opened.file().get());
        }
    }

    private void send(Opened opened, StaticFile file) {
        boolean keepAlive = opened.keepAlive();
        FilePump sending = new FilePump(file, link(), hub.disk(), new FilePump.Listener() {
            @Override
            public void moved() {
                awaitTaking();
            }

            @Override
            public void ended(@Nullable String failure) {
                pump = null;
                if (failure == null) {
                    done(keepAlive);
                } else {
                    hub.log().warn("what {} asked for was not sent whole: {}", client(), failure);
                    link().close(failure); // the length was said: the client knows that it has not all
                }
            }
        });
        pump = sending;
        send(HttpAnswer.file(file, keepAlive, hub.clock().instant()), () -> {
            if (bare) {
                sending.cancel();
                pump = null;
                done(keepAlive);
            } else {
                sending.next();
            }
        });
    }

    /** Writes a part of an answer and goes on when it was taken. */
    private void send(byte[] bytes, Runnable then) {
        awaitTaking();
        ChannelFuture written = link().write(bytes, 0, bytes.length);
        if (written == null) {
            return; // closed: we are told
        }
        written.addListener(future -> {
            if (over) {
                return;
            }
            if (future.isSuccess()) {
                then.run();
            } else {
                link().close("the connection broke");
            }
        });
        link().flush();
    }

    private void awaitTaking() {
        arm(hub.timeouts().stall(), () -> link().close("the client takes nothing"));
    }

    /** An answer is out. What was sent behind its request comes next. */
    private void done(boolean keepAlive) {
        if (over) {
            return;
        }
        if (!keepAlive) {
            link().close("answered");
            return;
        }
        busy = false;
        bare = false;
        awaitRequest();
        proceed();
        if (!busy && !over) {
            link().resume();
        }
    }

    /** Answers with an error, and closes. */
    private void refuse(int status, String sentence) {
        if (over) {
            return;
        }
        byte[] answer =
                HttpAnswer.error(status, sentence, bare, false, hub.clock().instant());
        var _ = link().write(answer, 0, answer.length);
        link().close(sentence);
    }

    /** Trust has changed, or the daemon stops. From any thread. */
    void judge(boolean stop) {
        TlsLink begun = link;
        if (begun != null) {
            var _ = Loops.execute(begun.loop(), () -> {
                if (stop) {
                    begun.close("this daemon shuts down");
                } else {
                    hub.againstHttp(established).ifPresent(reason -> begun.close(reason.sentence()));
                }
            });
        }
    }

    @Override
    public void failed(RuntimeException e) {
        hub.log().error("a request of {} failed", client(), e);
        refuse(500, "a bug in the daemon; its log has the stack trace of this request");
    }

    @Override
    public void closed(String reason) {
        over = true;
        disarm();
        if (expiry != null) {
            expiry.cancel(false);
        }
        if (pump != null) {
            pump.cancel();
        }
        hub.http().leave(this);
    }

    private void arm(Duration longest, Runnable late) {
        disarm();
        deadline = link().loop().schedule(late, longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void disarm() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private TlsLink link() {
        TlsLink begun = link;
        if (begun == null) {
            throw new IllegalStateException("not begun");
        }
        return begun;
    }
}
