package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Transfers as people see them. */
final class Views {
    private Views() {}

    static TransferView source(SourceTransfer transfer, SourceSending.Live live) {
        TransferRow row = transfer.row();
        return view(
                transfer,
                row,
                State.valueOf(row.getState()).finished() && row.getTidy(),
                row.getSourcePath(),
                row.getFiles(),
                row.getLogicalBytes(),
                live.wireBytes(),
                row.getResentBytes(),
                live.streams(),
                live.filesDone(),
                transfer.receiptPath(),
                null);
    }

    static TransferView destination(DestinationTransfer transfer, @Nullable Receiving receiving) {
        TransferRow row = transfer.row();
        boolean published = State.valueOf(row.getState()) == State.CLOSED
                || State.valueOf(row.getState()) == State.HALF_SIGNED
                || State.valueOf(row.getState()) == State.PUBLISHED;
        // one that left the configuration must not take the view of its history with it
        Optional<Volume> volume = transfer.configuredVolume();
        boolean closed = State.valueOf(row.getState()) == State.CLOSED && row.getTidy();
        return view(
                transfer,
                row,
                // who is told of the end looks for the receipt beside the checkpoint: it is written by then
                State.valueOf(row.getState()).finished() && row.getTidy(),
                null,
                row.getFiles(),
                row.getLogicalBytes(),
                row.getWireBytes() + (receiving == null ? 0 : receiving.wireBytes()),
                row.getResentBytes() + (receiving == null ? 0 : receiving.resentBytes()),
                0,
                filesDone(row, receiving),
                closed
                        ? volume.map(v -> v.records(transfer.name())
                                        .directory()
                                        .resolve("receipt.dsse")
                                        .toString())
                                .orElse(null)
                        : null,
                // as text: a locale without UTF-8 must not keep anybody from looking
                published
                        ? volume.map(v -> v.root() + "/" + transfer.place().name())
                                .orElse(null)
                        : null);
    }

    private static long filesDone(TransferRow row, @Nullable Receiving receiving) {
        return switch (State.valueOf(row.getState())) {
            case ABORTING, ABORTED -> 0; // nothing of it is here
            case State state when state.stillWrites() -> receiving == null ? 0 : receiving.filesDone();
            default -> row.getFiles();
        };
    }

    /** Of this machine: what a peer says of its own callers is another's label. */
    static Optional<String> principal(TransferRow row) {
        return row.hasCaller() ? Optional.of(row.getPrincipal()) : Optional.empty();
    }

    private static TransferView view(
            Transfer transfer,
            TransferRow row,
            boolean finished,
            @Nullable String source,
            long files,
            long bytesTotal,
            long wireBytes,
            long resentBytes,
            int streams,
            long filesDone,
            @Nullable String receipt,
            @Nullable String published) {
        State state = State.valueOf(row.getState());
        Offer offer = transfer.offerParsed(); // with defaults, where there is none yet
        Transfer.Place place = transfer.place();
        boolean pull = !row.getRequest().isEmpty();
        long now = System.nanoTime();
        double rate = state.finished() || transfer.link().session().isEmpty()
                ? 0
                : transfer.meter().now(now);
        long left = Math.max(0, Math.max(bytesTotal, offer.getLogicalBytesMax()) - row.getHeldBytes());
        return new TransferView(
                transfer.key().id(),
                transfer.key().role().label(),
                row.getState(),
                finished,
                state.ok(),
                row.getPeer(),
                pull ? "pull" : "push",
                pull || offer.getMode() == Mode.MODE_SEALED ? "sealed" : "open",
                row.getPaused() && !state.finished(),
                labels(transfer, offer),
                offer.getPartOf().isEmpty()
                        ? null
                        : Statements.hex(offer.getPartOf().toByteArray()),
                place.volume(),
                place.name(),
                source,
                principal(row).orElse(null),
                row.getAttempt(),
                files,
                state.ok() ? files : filesDone,
                bytesTotal,
                row.getHeldBytes(),
                wireBytes,
                resentBytes,
                rate,
                state.finished() ? row.getRateAverage() : transfer.meter().average(now),
                rate < 1 || left == 0 ? null : (Long) (long) (left / rate),
                streams,
                finished ? null : waitingFor(transfer),
                row.getCode() == 0 ? null : String.valueOf(Code.forNumber(row.getCode())),
                row.getSentence().isEmpty() ? null : row.getSentence(),
                emptyIsNull(row.getTreeDigest()),
                emptyIsNull(row.getContentDigest()),
                receipt,
                published,
                Instant.ofEpochMilli(row.getCreatedMs()),
                Instant.ofEpochMilli(row.getUpdatedMs()));
    }

    private static Map<String, String> labels(Transfer transfer, Offer offer) {
        return Labels.of(
                transfer.request().map(request -> request.getLabelsList()).orElse(offer.getLabelsList()));
    }

    /** With the reason where there is no session: it changes with every dial. */
    private static @Nullable String waitingFor(Transfer transfer) {
        if (transfer.state().finished()) {
            return transfer.waitingFor(); // for its ledger, not for its peer
        }
        String evidence = Asking.evidence(transfer.key().role(), transfer.row());
        if (transfer.link().session().isPresent()) {
            String waiting = transfer.waitingFor();
            return waiting == null ? null : waiting + evidence;
        }
        String peer = transfer.row().getPeer();
        return "a session with " + peer
                + transfer.room()
                        .transport()
                        .whyNot(peer)
                        .map(why -> ": " + why)
                        .orElse("")
                + evidence;
    }

    private static @Nullable String emptyIsNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
