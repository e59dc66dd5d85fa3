package dev.carnet.client.cli;

/** What to do next, by code. The daemon's sentence says what happened; this says which command or file comes next. */
final class Advice {
    private Advice() {}

    static String on(String code) {
        return switch (code) {
            case "UNREACHABLE" ->
                "Start the daemon with `carnetd` (`carnetd --user`), or name its socket with --socket PATH or CARNET_SOCKET.";
            case "POLICY" -> "Who configures that daemon can add a rule for this; then type the same command again.";
            case "BAD_NAME" ->
                "Choose another name: at most 400 bytes, no control characters, no '.' or '..', not below .carnet.";
            case "NAME_TAKEN" ->
                "Choose another name: what is published is never replaced (`carnet ls` at the destination).";
            case "NAME_CONFLICT" ->
                "Rename one of the two files, or use a volume on a file system that tells such names apart.";
            case "READ_ONLY" -> "Choose another volume, or make this one writable in the destination's configuration.";
            case "UNKNOWN_PEER" ->
                "`carnet peer ls` lists the peers that this daemon knows; `carnet peer add` takes another.";
            case "UNKNOWN_CHECKPOINT" ->
                "`carnet ls` lists what this daemon has; `carnet ls PEER:VOLUME` what a peer lets it see.";
            case "UNKNOWN_TRANSFER" -> "`carnet status` lists the transfers that this daemon knows.";
            case "BAD_SOURCE" ->
                "SRC has to lie in a volume of the daemon's configuration and to hold only files and directories that it can"
                        + " read.";
            case "SOURCE_CHANGED" -> "Begin again once nobody writes to it.";
            case "UNSUPPORTED" ->
                "Both daemons, and carnet, need versions that know this: `carnet --version`, `carnet doctor`.";
            case "VERSION", "CRITICAL_EXTENSION" -> "Both daemons need versions that know this: `carnet doctor`.";
            case "KEY_BINDING", "IDENTITY" ->
                "The other daemon's keys or certificate are not the expected ones: find out why before you trust it.";
            case "CHUNK_MISMATCH",
                    "FILE_MISMATCH",
                    "TREE_MISMATCH",
                    "RECEIPT_MISMATCH",
                    "BAD_STATEMENT",
                    "OFFER_MISMATCH" ->
                "Bytes or statements changed on the way or at an end: keep both daemons' logs, look at memory and disks. A"
                        + " transfer that ends so has published nothing; a copy that does not verify is not to be used.";
            case "NO_SPACE" -> "Make room at the destination; a transfer that waits for it goes on by itself.";
            case "CANCELLED", "EXPIRED", "NO_BEGIN" -> "Nothing was published. Push again to begin anew.";
            case "TOO_LATE" -> "It is being published, or is; `carnet status ID` shows the end.";
            case "STOPPED" -> "`carnet continue ID` once the reason is gone, or `carnet cancel ID`.";
            case "STORAGE" -> "Look at the disk that the sentence names; then `carnet continue ID`.";
            case "LIMIT" ->
                "Ask for less at once; where the sentence names a limit of the configuration, that can be raised.";
            case "NOT_ON_RECORD" ->
                "`carnet ls` lists what has a record; `carnet adopt DIR` makes one of what came another way.";
            case "UNREADABLE" -> "Run it as the daemon's user.";
            case "DAMAGED" ->
                "The record cannot be believed: `carnet verify PEER:VOLUME/NAME` asks the other side, whose receipt is the same.";
            case Failure.BAD_CERTIFICATE -> "`carnet identity show FILE` says what a file holds.";
            case Failure.BAD_LEDGER ->
                "Keep what you have; `carnet ledger verify` says everything that is wrong with a ledger, `carnet ledger fork-check` compares copies.";
            case Failure.BAD_FILE -> "Look at the file that the sentence names.";
            case "PROTOCOL" -> "`carnet --version` and `carnet doctor` say whether both are of one version.";
            case "BUSY", "SHUTTING_DOWN", "REPLACED" -> "Try again in a while.";
            case "TIMEOUT" -> "Try again; if it stays so, the daemon's log and `carnet doctor` say more.";
            case "INTERNAL" -> "The daemon's log says more.";
            default -> "`carnet doctor` looks for the usual causes.";
        };
    }
}
