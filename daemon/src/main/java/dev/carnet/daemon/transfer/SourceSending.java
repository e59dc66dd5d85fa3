package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.transport.DataStream;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.ChunkRange;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.FilePage;
import dev.carnet.proto.wire.v1.FilePageAck;
import dev.carnet.proto.wire.v1.FileRange;
import dev.carnet.proto.wire.v1.FileSeal;
import dev.carnet.proto.wire.v1.FileSeals;
import dev.carnet.proto.wire.v1.Held;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Moves a source's bytes: from Held to the last Ack, in one attempt after another. In the transfer's mailbox, but for the worker threads of the attempt. */
final class SourceSending {
    private final Room room;
    private final Engine engine;
    private final SourceTransfer transfer;
    private final SourceCheck check;
    private final CodecChoice codec = new CodecChoice();
    private @Nullable HeldSet incoming;
    private @Nullable RateLimit limit; // over all attempts
    private volatile @Nullable Run run;
    private long wireBytesBefore;

    SourceSending(Room room, Engine engine, SourceTransfer transfer) {
        this.room = room;
        this.engine = engine;
        this.transfer = transfer;
        this.check = new SourceCheck(room, engine, transfer);
    }

    /** One attempt, and what is left of it. */
    private static final class Run {
        final Session session;
        final int number;
        final SourceTree tree;
        final int[] left; // chunks of each member that are not acknowledged
        final long[] sizes; // of files; -1 for directories
        final FlushWindow window;

        @Nullable
        SourceAttempt attempt;

        /** In sealed mode. */
        final @Nullable SealedSending sealed;

        final AtomicInteger filesLeft = new AtomicInteger();
        int pagesAcknowledged;
        volatile int streams;

        Run(
                Session session,
                int number,
                SourceTree tree,
                @Nullable SealedSending sealed,
                int members,
                FlushWindow window) {
            this.sealed = sealed;
            this.session = session;
            this.number = number;
            this.tree = tree;
            this.left = new int[members];
            this.sizes = new long[members];
            this.window = window;
        }
    }

    /** What a view shows. */
    record Live(int streams, long wireBytes, long filesDone) {}

    Live live() {
        Run now = run;
        SourceAttempt attempt = now == null ? null : now.attempt;
        return now == null || attempt == null
                ? new Live(
                        0,
                        transfer.row().getWireBytes(),
                        transfer.state() == State.OPEN ? 0 : transfer.row().getFiles())
                : new Live(
                        now.streams,
                        wireBytesBefore + attempt.wireBytes(),
                        transfer.row().getFiles() - now.filesLeft.get());
    }

    /** Whether an attempt is under way. */
    boolean running() {
        return run != null || incoming != null;
    }

    boolean expectsAnswer() {
        Run now = run;
        return now != null && now.window.used() > 0;
    }

    /** Ends the attempt; what was acknowledged stays. */
    void stop() {
        incoming = null;
        Run ended = run;
        run = null;
        if (ended == null) {
            return;
        }
        SourceAttempt attempt = ended.attempt;
        if (attempt != null) {
            attempt.stop();
        }
        ended.tree.close();
        if (ended.sealed != null) {
            ended.sealed.close();
        }
        if (attempt != null) {
            transfer.update(row -> row.setWireBytes(wireBytesBefore + attempt.wireBytes()));
        }
    }

    // ---- Held

    void held(Session session, Held page) {
        if (page.getAttempt() < transfer.row().getAttempt()) {
            return;
        }
        HeldSet set = incoming;
        if (set == null) {
            stop();
            set = new HeldSet();
            incoming = set;
        }
        int members = transfer.row().getMembers();
        for (FileRange range : page.getCompleteList()) {
            within(range.getLast(), members);
            set.addFiles(range.getFirst(), range.getLast());
        }
        for (ChunkRange range : page.getChunksList()) {
            within(range.getFile(), members);
            MemberRow file = transfer.members().get(range.getFile());
            if (file.getDirectory() || range.getLast() >= Geometry.chunks(file.getSize())) {
                throw new TransferException(
                        Code.PROTOCOL,
                        transfer.row().getPeer() + " claims to hold chunk " + range.getLast() + " of '" + file.getPath()
                                + "', which has " + file.getSize() + " bytes");
            }
            set.addChunks(range.getFile(), range.getFirst(), range.getLast());
        }
        if (page.getLast()) {
            within(page.getMembersKnown() - 1, members);
            incoming = null;
            begin(session, page.getAttempt(), page.getMembersKnown(), set);
        }
    }

    private void within(int member, int members) {
        if (member >= members) {
            throw new TransferException(
                    Code.PROTOCOL, transfer.row().getPeer() + " claims to hold member " + member + " of " + members);
        }
    }

    private void begin(Session session, int number, int membersKnown, HeldSet held) {
        Resumption.note(transfer, session);
        FlushWindow window =
                new FlushWindow(room.settings().windowMin(), room.settings().windowMax());
        boolean sealed = transfer.sealed();
        if (sealed && membersKnown != 0 && membersKnown != transfer.row().getMembers()) {
            throw new TransferException(
                    Code.PROTOCOL,
                    transfer.row().getPeer() + " knows " + membersKnown + " of "
                            + transfer.row().getMembers() + " members in sealed mode: it is all or none");
        }
        SourceTree tree = engine.sourceTree(transfer.row());
        SealedSending records;
        try {
            records = sealed ? SealedSending.open(engine, room, transfer) : null;
        } catch (RuntimeException e) {
            tree.close();
            throw e;
        }
        Run now = new Run(session, number, tree, records, transfer.row().getMembers(), window);
        run = now;
        transfer.write(tx -> {
            engine.rows().session(tx, transfer.key(), session.id(), stored -> Sessions.row(session, Role.SOURCE));
            engine.rows().update(tx, transfer.key(), row -> row.setAttempt(number));
        });
        wireBytesBefore = transfer.row().getWireBytes();
        HeldSet both = measure(now, held);
        prepare(now, held, both);
        transfer.waiting("the list of files to be taken");
        if (records == null) {
            sendPages(now, membersKnown);
        } else if (membersKnown == 0) {
            sendBlobs(now, records);
        }
        if (membersKnown == now.sizes.length) {
            pageAck(now, membersKnown);
        }
    }

    /** Finds what is left: chunks that the destination does not hold, or of which we have no CV. Gives those that are done. */
    private HeldSet measure(Run now, HeldSet held) {
        for (Members.Numbered member : transfer.members()) {
            now.sizes[member.number()] = member.file() ? member.row().getSize() : -1;
        }
        HeldSet both = new HeldSet();
        long[] heldBytes = {0};
        transfer.chunks().forEach((member, chunk, sum) -> {
            if (sum != null && held.has(member, chunk)) {
                both.add(member, chunk, Geometry.chunks(now.sizes[member]));
                heldBytes[0] += Geometry.length(now.sizes[member], chunk);
            }
        });
        for (int member = 0; member < now.sizes.length; member++) {
            int chunks = now.sizes[member] <= 0 ? 0 : Geometry.chunks(now.sizes[member]);
            now.left[member] = chunks - both.count(member, chunks);
            now.filesLeft.addAndGet(now.left[member] > 0 ? 1 : 0);
        }
        transfer.update(row -> row.setHeldBytes(heldBytes[0]));
        return both;
    }

    private RateLimit limit() {
        RateLimit known = limit;
        if (known == null) {
            known = new RateLimit(transfer.row().getBytesPerSecondMax());
            limit = known;
        }
        return known;
    }

    private void prepare(Run now, HeldSet held, HeldSet both) {
        int[] order = IntStream.range(0, now.sizes.length)
                .filter(member -> now.left[member] > 0)
                .boxed()
                .sorted((a, b) -> Long.compare(now.sizes[b], now.sizes[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] reads = Arrays.copyOf(now.left, now.left.length);
        SendQueue queue = new SendQueue(
                order,
                new SendQueue.Source() {
                    @Override
                    public long size(int member) {
                        return now.sizes[member];
                    }

                    @Override
                    public boolean wanted(int member, int chunk) {
                        return !both.has(member, chunk);
                    }
                },
                now.window::batch,
                batch -> grant(batch, held));
        SourceAttempt.Plan plan = new SourceAttempt.Plan(
                transfer.key(),
                now.number,
                queue,
                held,
                member -> reads[member],
                transfer.members(),
                transfer.chunks(),
                sums(now.sealed),
                room);
        now.attempt = new SourceAttempt(
                plan,
                new OpenFiles(now.tree, transfer.row().getPeer()),
                now.window,
                limit(),
                codec,
                new FromWorkers(now));
    }

    private SourceAttempt.Sums sums(@Nullable SealedSending sealed) {
        return new SourceAttempt.Sums() {
            @Override
            public boolean hashes() {
                return sealed == null;
            }

            @Override
            public ChunkSum of(MemberRow row, int chunk, MemorySegment bytes, int length) {
                return sealed == null
                        ? ChunkSum.of(room.blake3(), bytes, length, chunk, row.getSize())
                        : sealed.sum(row, chunk);
            }
        };
    }

    /** Puts chunks on record as perhaps sent; those that were that before, and are not held, are sent again. */
    private List<Boolean> grant(List<SendQueue.Task> batch, HeldSet held) {
        List<Boolean> sentBefore = room.store().write(tx -> {
            List<Boolean> again = new ArrayList<>(batch.size());
            long resent = 0;
            for (SendQueue.Task task : batch) {
                boolean before = !transfer.chunks().grant(tx, task.member(), task.chunk());
                again.add(before);
                if (before && !held.has(task.member(), task.chunk())) {
                    resent += task.length();
                }
            }
            long more = resent;
            if (more > 0) {
                engine.rows().update(tx, transfer.key(), row -> row.setResentBytes(row.getResentBytes() + more));
            }
            return again;
        });
        transfer.refresh();
        return sentBefore;
    }

    /** What worker threads report, put into the mailbox; void once the attempt is over. */
    private final class FromWorkers implements SourceAttempt.Events {
        private final Run of;

        FromWorkers(Run of) {
            this.of = of;
        }

        @Override
        public void rehashed(int member, int chunk) {
            transfer.post(() -> {
                if (run == of) {
                    acknowledge(
                            of,
                            List.of(ChunkRange.newBuilder()
                                    .setFile(member)
                                    .setFirst(chunk)
                                    .setLast(chunk)
                                    .build()));
                }
            });
        }

        @Override
        public void failed(Throwable why) {
            transfer.post(() -> {
                if (run == of || engine.isFatal(why)) {
                    transfer.threw(why);
                }
            });
        }

        @Override
        public void broken(String why) {
            transfer.post(() -> {
                if (run == of) {
                    stop();
                    transfer.waiting("a new attempt, since a stream broke: " + why);
                    engine.later(transfer, transfer::goOn);
                }
            });
        }

        @Override
        public void drained() {
            transfer.post(() -> {
                if (run == of && of.filesLeft.get() > 0) {
                    transfer.waiting(transfer.row().getPeer() + " to write what is under way");
                }
            });
        }
    }

    // ---- members

    /** On a thread of its own: they may be large, and what is sent waits for a slow line. */
    private void sendBlobs(Run now, SealedSending records) {
        records.hold();
        engine.background(
                () -> {
                    try {
                        records.sendBlobs(now.number, () -> run == now);
                    } finally {
                        records.close();
                    }
                },
                why -> transfer.post(() -> {
                    if (run == now || engine.isFatal(why)) {
                        transfer.threw(why);
                    }
                }));
    }

    private void sendPages(Run now, int first) {
        int next = first;
        while (next < now.sizes.length) {
            List<Members.Numbered> page = Pages.fitting(transfer.members(), next);
            FilePage.Builder message = FilePage.newBuilder()
                    .setTransferId(transfer.link().transferId())
                    .setAttempt(now.number)
                    .setFirst(next);
            page.forEach(member -> message.addMembers(Pages.line(member.row())));
            if (!transfer.link().send(Control.newBuilder().setFilePage(message))) {
                return;
            }
            FailPoint.SOURCE_PAGE_SENT.pass();
            next += page.size();
        }
    }

    void pageAck(FilePageAck ack) {
        Run now = run;
        if (now != null && ack.getAttempt() == now.number) {
            pageAck(now, ack.getMembersKnown());
        }
    }

    private void pageAck(Run now, int known) {
        if (known < now.pagesAcknowledged || known > now.sizes.length) {
            throw new TransferException(
                    Code.PROTOCOL, transfer.row().getPeer() + " acknowledges " + known + " members");
        }
        boolean first = now.pagesAcknowledged < now.sizes.length;
        now.pagesAcknowledged = known;
        if (known < now.sizes.length || !first) {
            return;
        }
        if (now.filesLeft.get() == 0) {
            finish(now);
            return;
        }
        transfer.waiting("data streams to " + transfer.row().getPeer());
        int count = engine.streams(transfer.row());
        now.session
                .streams(count)
                .whenComplete((streams, error) -> transfer.post(() -> {
                    if (run == now) {
                        streamsUp(now, Optional.ofNullable(streams), error);
                    }
                }));
    }

    private void streamsUp(Run now, Optional<List<DataStream>> streams, @Nullable Throwable error) {
        SourceAttempt attempt = now.attempt;
        if (streams.isEmpty() || streams.get().isEmpty() || attempt == null) {
            transfer.waiting("data streams to " + transfer.row().getPeer() + ": " + error);
            stop();
            engine.later(transfer, transfer::goOn);
            return;
        }
        now.streams = streams.get().size();
        transfer.waiting(null);
        attempt.start(
                streams.get(), Math.max(2, Math.min(now.streams, room.settings().workers()) + 1), engine.pool());
    }

    // ---- Ack

    void ack(Ack ack) {
        Run now = run;
        if (now != null && ack.getAttempt() == now.number) {
            acknowledge(now, ack.getChunksList());
        }
    }

    /** Stores what is acknowledged before it counts. */
    private void acknowledge(Run now, List<ChunkRange> ranges) {
        SourceAttempt attempt = now.attempt;
        if (attempt == null) {
            throw new TransferException(Code.PROTOCOL, transfer.row().getPeer() + " acknowledges chunks before any");
        }
        List<Acked> acked = new ArrayList<>();
        long bytes = 0;
        long inWindow = 0;
        for (ChunkRange range : ranges) {
            within(range.getFile(), now.sizes.length);
            for (int chunk = range.getFirst(); chunk <= range.getLast(); chunk++) {
                ChunkSum sum = attempt.acknowledged(range.getFile(), chunk);
                if (sum == null) {
                    throw new TransferException(
                            Code.PROTOCOL,
                            transfer.row().getPeer() + " acknowledges chunk " + chunk + " of member " + range.getFile()
                                    + ", which was not sent");
                }
                acked.add(new Acked(range.getFile(), chunk, sum));
                int length = Geometry.length(now.sizes[range.getFile()], chunk);
                bytes += length;
                inWindow += attempt.heldBefore(range.getFile(), chunk) ? 0 : length;
            }
        }
        store(attempt, acked, bytes);
        FailPoint.SOURCE_ACK_STORED.pass();
        now.window.give(inWindow);
        transfer.meter().add(bytes, System.nanoTime());
        now.window.rate(transfer.meter().now(System.nanoTime()));
        count(now, acked);
    }

    private record Acked(int member, int chunk, ChunkSum sum) {}

    private void store(SourceAttempt attempt, List<Acked> acked, long bytes) {
        transfer.write(tx -> {
            acked.forEach(a -> transfer.chunks().put(tx, a.member(), a.chunk(), a.sum()));
            engine.rows()
                    .update(
                            tx,
                            transfer.key(),
                            row -> row.setHeldBytes(row.getHeldBytes() + bytes)
                                    .setLastChunkMs(room.clock().millis())
                                    .setWireBytes(wireBytesBefore + attempt.wireBytes()));
        });
    }

    private void count(Run now, List<Acked> acked) {
        List<Integer> complete = new ArrayList<>();
        for (Acked a : acked) {
            if (--now.left[a.member()] == 0) {
                complete.add(a.member());
                now.filesLeft.decrementAndGet();
            }
        }
        sendSeals(now, complete);
        if (now.filesLeft.get() == 0 && now.pagesAcknowledged == now.sizes.length) {
            finish(now);
        }
    }

    private void sendSeals(Run now, List<Integer> files) {
        if (now.sealed != null) {
            return; // the tree has said it
        }
        for (int from = 0; from < files.size(); from += Pages.SEALS) {
            FileSeals.Builder message = FileSeals.newBuilder()
                    .setTransferId(transfer.link().transferId())
                    .setAttempt(now.number);
            for (int file : files.subList(from, Math.min(files.size(), from + Pages.SEALS))) {
                message.addSeals(FileSeal.newBuilder()
                        .setFile(file)
                        .setSize(now.sizes[file])
                        .setDigest(ByteString.copyFrom(
                                transfer.chunks().digest(file, now.sizes[file]).toBytes())));
            }
            transfer.link().send(Control.newBuilder().setFileSeals(message));
            FailPoint.SOURCE_FILE_SEALS_SENT.pass();
        }
    }

    // ---- the end

    /** What the whole source is, for a comparison. */
    SourceCheck check() {
        return check;
    }

    private void finish(Run now) {
        transfer.waiting("the source to be compared with what was sent");
        engine.background(
                () -> {
                    check.standsStill(now.tree);
                    TreeSummary tree = trees().summary();
                    transfer.post(() -> {
                        if (run == now) {
                            stop();
                            transfer.seal(tree);
                        }
                    });
                },
                why -> transfer.post(() -> {
                    if (run == now || engine.isFatal(why)) { // else it was stopped under the walk
                        transfer.threw(why);
                    }
                }));
    }

    private Trees trees() {
        return new Trees(room.store(), transfer.members(), transfer.chunks());
    }
}
