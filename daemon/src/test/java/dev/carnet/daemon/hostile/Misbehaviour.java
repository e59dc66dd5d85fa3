package dev.carnet.daemon.hostile;

import dev.carnet.proto.wire.v1.Code;

/**
 * Something that a peer must not do, by name.
 *
 * @param role as what: dialler, acceptor, source, destination
 * @param name what it does
 * @param code that the daemon must answer with; CODE_UNSPECIFIED where it must go on as if nothing had happened, or where there is no message to carry a code
 * @param act does it, and says what came back
 */
record Misbehaviour(String role, String name, Code code, Act act) {
    /** Does it. */
    interface Act {
        Seen against(Besieged site) throws Exception;
    }
}
