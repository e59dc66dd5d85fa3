package dev.carnet.daemon.transfer;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.StagedFile;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.FilePage;
import dev.carnet.proto.wire.v1.FilePageAck;
import dev.carnet.proto.wire.v1.FileSeal;
import dev.carnet.proto.wire.v1.FileSeals;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.Offer;
import java.util.Arrays;

/** What a source announces of its members, and what it says of them once they are complete. In the transfer's mailbox, in its current attempt. */
final class Intake {
    private final DestinationTransfer transfer;

    Intake(DestinationTransfer transfer) {
        this.transfer = transfer;
    }

    /** Takes the next page: checks it, makes what it announces, puts it on record, acknowledges it. */
    void page(FilePage page) {
        int known = transfer.row().getMembers();
        Offer offer = transfer.offerParsed();
        if (page.getFirst() != known || page.getMembersCount() == 0) {
            throw new TransferException(
                    Code.PROTOCOL,
                    transfer.row().getPeer() + " announces member " + page.getFirst() + ", expected " + known);
        }
        if (page.getMembersCount() > offer.getMembers() - known) {
            throw new TransferException(
                    Code.LIMIT,
                    transfer.row().getPeer() + " announces more than the " + offer.getMembers()
                            + " members it offered");
        }
        Announced announced = new Announced(
                transfer.row().getPeer(),
                known == 0 ? null : transfer.members().get(known - 1).getPath(),
                known == 0);
        Staging staging = transfer.staging();
        for (MemberLine line : page.getMembersList()) {
            MemberRow row = announced.check(line);
            if (announced.bytes() > offer.getLogicalBytesMax() - transfer.row().getLogicalBytes()) {
                throw new TransferException(
                        Code.LIMIT,
                        transfer.row().getPeer() + " announces more than the " + offer.getLogicalBytesMax()
                                + " bytes it offered");
            }
            createAnnounced(staging, row);
        }
        FailPoint.DESTINATION_PAGE_CREATED.pass();
        storePage(page, announced);
        FailPoint.DESTINATION_PAGE_STORED.pass();
        transfer.link()
                .send(Control.newBuilder()
                        .setFilePageAck(FilePageAck.newBuilder()
                                .setTransferId(transfer.link().transferId())
                                .setAttempt(transfer.row().getAttempt())
                                .setMembersKnown(transfer.row().getMembers())));
    }

    private void storePage(FilePage page, Announced announced) {
        transfer.write(tx -> {
            int number = page.getFirst();
            for (MemberLine line : page.getMembersList()) {
                transfer.members().put(tx, number++, Pages.row(line));
            }
            int after = number;
            transfer.rows()
                    .update(
                            tx,
                            transfer.key(),
                            row -> row.setMembers(after)
                                    .setFiles(row.getFiles() + announced.files())
                                    .setLogicalBytes(row.getLogicalBytes() + announced.bytes()));
        });
    }

    private void createAnnounced(Staging staging, MemberRow row) {
        try {
            create(staging, row);
        } catch (VolumeException e) {
            // the path itself is good (Announced): what is wrong is where it is said to lie
            switch (e.kind()) {
                case NOT_FOUND, BAD_TYPE, IN_THE_WAY, BAD_NAME ->
                    throw new TransferException(
                            Code.PROTOCOL,
                            transfer.row().getPeer() + " announces '" + row.getPath()
                                    + "', whose parent it has not announced as a directory: " + e.getMessage(),
                            e);
                default -> throw e;
            }
        }
    }

    /** Makes a member; one that a crash left behind, and that holds nothing yet, is taken as it is. */
    static void create(Staging staging, MemberRow row) {
        if (row.getDirectory()) {
            staging.makeDirectory(row.getPath());
            return;
        }
        try (var file = fresh(staging, row.getPath())) {
            file.size(row.getSize());
        }
    }

    /** A file of this very name stands there where a crash came between its making and its commit: it holds nothing yet. */
    private static StagedFile fresh(Staging staging, String path) {
        try {
            return staging.create(path);
        } catch (VolumeException e) {
            if (e.kind() == VolumeException.Kind.EXISTS) {
                return staging.reopen(path);
            }
            throw e;
        }
    }

    /** Compares what the source says of files that are complete with what we hold. */
    void fileSeals(FileSeals seals) {
        for (FileSeal seal : seals.getSealsList()) {
            if (seal.getFile() >= transfer.row().getMembers()) {
                throw new TransferException(
                        Code.PROTOCOL,
                        transfer.row().getPeer() + " seals member " + seal.getFile() + ", which was not announced");
            }
            MemberRow member = transfer.members().get(seal.getFile());
            Hash32 ours;
            try {
                ours = transfer.chunks().digest(seal.getFile(), member.getSize());
            } catch (IllegalStateException incomplete) {
                throw new TransferException(
                        Code.PROTOCOL,
                        transfer.row().getPeer() + " seals '" + member.getPath() + "' before all of it is acknowledged",
                        incomplete);
            }
            if (member.getDirectory()
                    || member.getSize() != seal.getSize()
                    || !Arrays.equals(ours.toBytes(), seal.getDigest().toByteArray())) {
                throw new TransferException(
                        Code.FILE_MISMATCH,
                        "'" + member.getPath() + "' is not what "
                                + transfer.row().getPeer() + " says: " + seal.getSize() + " bytes there, "
                                + member.getSize() + " here, BLAKE3 here " + ours.hex());
            }
        }
    }
}
