package dev.carnet.daemon.transfer;

import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.wire.v1.Code;

/** Why everything stops, where it is not a {@link TransferException} already. */
final class Failures {
    private Failures() {}

    static TransferException of(RuntimeException e, Role role) {
        if (e instanceof TransferException known) {
            return known;
        }
        if (e instanceof VolumeException v) {
            return new TransferException(code(v.kind(), role), String.valueOf(v.getMessage()), v);
        }
        return new TransferException(Code.INTERNAL, "a bug: " + e, e);
    }

    private static Code code(VolumeException.Kind kind, Role role) {
        return switch (kind) {
            case BAD_NAME -> Code.BAD_NAME;
            case IN_THE_WAY -> role == Role.SOURCE ? Code.BAD_SOURCE : Code.BAD_NAME;
            case BAD_TYPE, NOT_FOUND, PERMISSION -> role == Role.SOURCE ? Code.BAD_SOURCE : Code.STORAGE;
            case NOT_ALLOWED -> Code.POLICY;
            case NAME_CONFLICT -> Code.NAME_CONFLICT;
            case LIMIT -> Code.LIMIT;
            case CHANGED -> Code.SOURCE_CHANGED;
            case EXISTS -> Code.NAME_TAKEN;
            case READ_ONLY -> Code.READ_ONLY;
            case NO_SPACE -> Code.NO_SPACE;
            case CROSS_DEVICE, IO -> Code.STORAGE;
        };
    }
}
