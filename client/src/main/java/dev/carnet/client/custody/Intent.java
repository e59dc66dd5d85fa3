package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.TransferIntent;
import org.jspecify.annotations.Nullable;

/** What custody needs of a transfer-intent. */
record Intent(
        long time,
        Role role,
        String peer,
        String peerOrigin,
        String volume,
        String name,
        String principal,
        @Nullable String grant,
        String rule,
        String policy,
        @Nullable Hash32 tree) {
    /** @param name the intent's, perhaps one that is there already */
    static Intent of(TransferIntent says, String name, Words words) {
        return new Intent(
                says.time().toEpochMilli(),
                says.role(),
                words.one(says.peer()),
                words.one(says.peerOrigin()),
                words.one(says.volume()),
                name,
                words.one(says.principal()),
                says.grant().map(words::one).orElse(null),
                words.one(says.rule()),
                words.one(says.policy()),
                says.manner().tree().map(Hash32::ofHex).orElse(null));
    }
}
